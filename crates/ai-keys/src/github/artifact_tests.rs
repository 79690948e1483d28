//! Archives, good and bad. Which runs count is tested with the command.

use std::io::Write as _;

use super::*;

fn pack(files: &[(&str, &[u8])], method: rawzip::CompressionMethod) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut packed);
    for (name, content) in files {
        let file = archive.new_file(*name).compression_method(method);
        let (mut entry, config) = file.start().unwrap();
        if method == rawzip::CompressionMethod::DEFLATE {
            let level = flate2::Compression::default();
            let mut writer = config.wrap(flate2::write::DeflateEncoder::new(&mut entry, level));
            writer.write_all(content).unwrap();
            let (deflate, descriptor) = writer.finish().unwrap();
            deflate.finish().unwrap();
            entry.finish(descriptor).unwrap();
        } else {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(content).unwrap();
            let (_, descriptor) = writer.finish().unwrap();
            entry.finish(descriptor).unwrap();
        }
    }
    archive.finish().unwrap();
    packed
}

const STORE: rawzip::CompressionMethod = rawzip::CompressionMethod::STORE;
const DEFLATE: rawzip::CompressionMethod = rawzip::CompressionMethod::DEFLATE;

#[test]
fn plan_files_are_found_by_scope_packed_or_not() {
    for method in [STORE, DEFLATE] {
        let archive = pack(
            &[("plan-prod-1.json", b"{}"), ("plan-dev-2.json", b"[]")],
            method,
        );
        let plans = unpack(&archive).unwrap();
        assert_eq!(plans["prod-1"], "{}");
        assert_eq!(plans["dev-2"], "[]");
        assert_eq!(plans.len(), 2);
    }
}

#[test]
fn every_other_entry_is_left_alone() {
    let entries: &[(&str, &[u8])] = &[("a/plan-x.json", b"x"), ("README", b"\xff\xfe")];
    assert_eq!(unpack(&pack(entries, STORE)).unwrap(), PlanFiles::new());
    for name in [
        "../plan-x.json",
        "a/plan-x.json",
        "/plan-x.json",
        "plan-../x.json",
        "plan-.json",
        "plan-X.json",
        "plan-x.json.exe",
    ] {
        assert_eq!(scope_of(name), None, "{name}");
    }
    assert_eq!(scope_of(&plan_file_name("prod-1")), Some("prod-1"));
}

#[test]
fn a_broken_archive_is_an_error_and_no_panic() {
    let good = pack(&[("plan-prod-1.json", b"{\"format\":1}")], DEFLATE);
    assert!(unpack(b"").is_err());
    assert!(unpack(b"<html>").is_err());
    for at in 0..good.len() {
        let _ = unpack(&good[..at]);
        let mut bent = good.clone();
        bent[at] ^= 0x55;
        if let Ok(plans) = unpack(&bent) {
            let text = plans.get("prod-1");
            assert!(
                text.is_none_or(|text| text == "{\"format\":1}"),
                "byte {at}"
            );
        }
    }
    assert!(unpack(&pack(&[("plan-prod-1.json", b"\xff\xfe")], STORE)).is_err());
}
