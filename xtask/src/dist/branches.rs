//! Makes programs easier to pack: where a call goes, in place of how far away that is.
//!
//! A processor's calls hold distances, which differ at each call of one function. Places repeat, so a packed runner holds
//! those: 10 percent less for every step to download. `action/branches.js` turns them back. The idea is that of the
//! branch filters of xz, <https://tukaani.org/xz/xz-file-format.txt> §5.3.2, checked 2026-11-27.

/// The header, which says for which processor a program is, stays as it is.
const HEADER: usize = 64;

/// Which way to go.
#[derive(Clone, Copy)]
enum Turn {
    ToPlaces,
    ToDistances,
}

impl Turn {
    fn of(self, value: u32, from: u32) -> u32 {
        match self {
            Self::ToPlaces => value.wrapping_add(from),
            Self::ToDistances => value.wrapping_sub(from),
        }
    }
}

/// Writes places for distances; what is no program of a processor that we know stays as it is.
pub(super) fn to_places(program: &mut [u8]) {
    turn(program, Turn::ToPlaces);
}

/// Takes [`to_places`] back.
pub(super) fn to_distances(program: &mut [u8]) {
    turn(program, Turn::ToDistances);
}

fn turn(program: &mut [u8], turn: Turn) {
    // `e_machine` of an ELF header.
    match program.get(18..20) {
        Some([62, 0]) => x86_64(program, turn),
        Some([183, 0]) => aarch64(program, turn),
        _ => {}
    }
}

/// `call` and `jmp`: a distance from the next instruction. Those of 24 bits and a sign are turned, so that what was turned
/// is known by what stays: the first byte, and that the last is all zeros or all ones.
fn x86_64(program: &mut [u8], turn: Turn) {
    let mut at = HEADER;
    while let Some(instruction) = program.get_mut(at..at + 5) {
        let [0xe8 | 0xe9, a, b, c, high @ (0 | 0xff)] = instruction else {
            at += 1;
            continue;
        };
        at += 5;
        let distance = u32::from_le_bytes([*a, *b, *c, *high]);
        let turned = turn.of(distance, low(at));
        [*a, *b, *c, _] = turned.to_le_bytes();
        *high = if turned & 0x0100_0000 == 0 { 0 } else { 0xff };
    }
}

/// `bl`: a distance in instructions. `adrp`: one in pages of 4 kB, its two lowest bits apart from the others.
fn aarch64(program: &mut [u8], turn: Turn) {
    for (place, bytes) in program.chunks_exact_mut(4).enumerate().skip(HEADER / 4) {
        let Ok(instruction) = <[u8; 4]>::try_from(&*bytes) else {
            continue;
        };
        let word = u32::from_le_bytes(instruction);
        let place = low(place);
        let turned = if word >> 26 == 0x25 {
            word & 0xfc00_0000 | turn.of(word & 0x03ff_ffff, place) & 0x03ff_ffff
        } else if word & 0x9f00_0000 == 0x9000_0000 {
            let pages = turn.of(word >> 3 & 0x1f_fffc | word >> 29 & 3, place >> 10);
            word & 0x9f00_001f | (pages & 3) << 29 | (pages & 0x1f_fffc) << 3
        } else {
            continue;
        };
        bytes.copy_from_slice(&turned.to_le_bytes());
    }
}

/// Returns the low bits of a place: distances are no longer.
#[expect(clippy::cast_possible_truncation, reason = "no more are used")]
fn low(place: usize) -> u32 {
    place as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that look random, with many calls among them.
    fn program(machine: u8) -> Vec<u8> {
        let mut state = 1_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        };
        let mut bytes: Vec<u8> = (0..200_003).map(|_| next()).collect();
        for at in (0..200_000).step_by(3) {
            match next() % 6 {
                0 => bytes[at] = 0xe8,
                1 => bytes[at] = 0xff,
                2 => bytes[at] = 0,
                3 => bytes[at] = 0x94,
                4 => bytes[at] = 0xb0,
                _ => {}
            }
        }
        bytes[18] = machine;
        bytes[19] = 0;
        bytes
    }

    #[test]
    fn what_is_turned_is_turned_back() {
        for machine in [62, 183] {
            let whole = program(machine);
            let mut turned = whole.clone();
            to_places(&mut turned);
            assert_ne!(turned, whole);
            assert_eq!(turned[..HEADER], whole[..HEADER]);
            to_distances(&mut turned);
            assert!(turned == whole, "machine {machine}");
        }
    }

    #[test]
    fn two_calls_of_one_function_look_alike() {
        let mut program = vec![0; HEADER];
        program[18] = 62;
        program.extend([0xe8, 0x10, 0, 0, 0]);
        program.extend([0xe8, 0x0b, 0, 0, 0]);
        to_places(&mut program);
        assert_eq!(program[HEADER..HEADER + 5], program[HEADER + 5..]);
    }

    #[test]
    fn what_is_no_program_of_ours_stays_as_it_is() {
        for bytes in [&b"hello"[..], &[0; 100], &program(3)] {
            let mut turned = bytes.to_vec();
            to_places(&mut turned);
            assert_eq!(turned, bytes);
        }
    }
}
