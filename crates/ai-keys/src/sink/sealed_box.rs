//! Seals a value so that only the holder of a public key can open it: libsodium's sealed box.

use aws_smithy_types::base64;
use crypto_box::PublicKey;
use crypto_box::aead::OsRng;

use crate::secret::Secret;

/// Why a value was not sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotSealed {
    /// The public key is not 32 bytes in base64.
    #[error("GitHub's public key is not one: 32 bytes in base64")]
    Key,
    /// The operating system gave no randomness.
    #[error("the value could not be sealed")]
    Seal,
}

/// Seals a value for a public key in base64; returns the box in base64.
///
/// Source: "Encrypting secrets for the REST API", checked 2026-11-23.
/// <https://docs.github.com/rest/guides/encrypting-secrets-for-the-rest-api>
pub(super) fn seal(value: &Secret, key: &str) -> Result<String, NotSealed> {
    let bytes = base64::decode(key).map_err(|_| NotSealed::Key)?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| NotSealed::Key)?;
    let sealed = PublicKey::from(bytes).seal(&mut OsRng, value.expose().as_bytes());
    Ok(base64::encode(sealed.map_err(|_| NotSealed::Seal)?))
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::{Command, Stdio};

    use crypto_box::SecretKey;

    use super::*;
    use crate::output::Output;

    #[test]
    fn only_the_secret_key_opens_the_box_and_no_two_boxes_are_equal() {
        let (output, _) = Output::captured();
        let value = Secret::received("a-value-that-nobody-may-see".to_owned(), &output);
        let (own, other) = (
            SecretKey::generate(&mut OsRng),
            SecretKey::generate(&mut OsRng),
        );
        let key = base64::encode(own.public_key().as_bytes());
        let sealed = seal(&value, &key).unwrap();
        let opened = own.unseal(&base64::decode(&sealed).unwrap()).unwrap();
        assert_eq!(opened, value.expose().as_bytes());
        assert!(other.unseal(&base64::decode(&sealed).unwrap()).is_err());
        assert_ne!(sealed, seal(&value, &key).unwrap());
    }

    /// Makes a pair of keys, prints the public one, and opens the box that it is sent.
    const LIBSODIUM: &str = "
import base64, nacl.public, sys
own = nacl.public.PrivateKey.generate()
print(base64.b64encode(bytes(own.public_key)).decode(), flush=True)
sealed = base64.b64decode(sys.stdin.readline())
print(nacl.public.SealedBox(own).decrypt(sealed).decode(), flush=True)
";

    #[test]
    fn libsodium_itself_opens_the_box() {
        let Some(python) = std::env::var_os("AI_KEYS_LIBSODIUM_PYTHON") else {
            assert!(std::env::var_os("CI").is_none(), "CI installs libsodium");
            println!("skipped: no libsodium (AI_KEYS_LIBSODIUM_PYTHON is not set)");
            return;
        };
        let mut command = Command::new(python);
        command.args(["-c", LIBSODIUM]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut libsodium = command.spawn().unwrap();
        let mut lines = BufReader::new(libsodium.stdout.take().unwrap()).lines();
        let (output, _) = Output::captured();
        let value = Secret::received("a-value-that-nobody-may-see".to_owned(), &output);
        let sealed = seal(&value, &lines.next().unwrap().unwrap()).unwrap();
        writeln!(libsodium.stdin.take().unwrap(), "{sealed}").unwrap();
        assert_eq!(lines.next().unwrap().unwrap(), value.expose());
        assert!(libsodium.wait().unwrap().success());
    }

    #[test]
    fn what_is_no_public_key_is_refused() {
        let (output, _) = Output::captured();
        let value = Secret::received("a-value-that-nobody-may-see".to_owned(), &output);
        for key in ["", "not base64!", "AAAA", &base64::encode([0; 33])] {
            assert_eq!(seal(&value, key), Err(NotSealed::Key), "{key}");
        }
    }
}
