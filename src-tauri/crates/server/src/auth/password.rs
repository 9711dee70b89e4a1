//! Passwords, as argon2id hashes with the parameters that OWASP recommends.

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::SaltString,
};
use rand::RngCore;

use crate::error::{Error, Result};

/// The shortest password that may be set.
pub(crate) const SHORTEST: usize = 10;

fn argon() -> Result<Argon2<'static>> {
    // 19 MiB, 2 passes, 1 lane.
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| Error::Secret("argon2 parameters"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash to keep for a password.
pub(crate) fn hash(password: &str) -> Result<String> {
    let mut salt = [0u8; 16];
    rand::rng().fill_bytes(&mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(|_| Error::Secret("salt"))?;
    Ok(argon()?.hash_password(password.as_bytes(), &salt).map_err(|_| Error::Secret("hash"))?.to_string())
}

/// Whether a password is the one that was hashed. Takes as long for an account that does not exist (`None`) as for
/// one that does, so that nobody learns who has an account.
pub(crate) fn verify(password: &str, hash: Option<&str>) -> Result<bool> {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$UqkZVqGhvFCzNIsdC0JwZ3TmC3Z7pKYnTtS8oqXcJ9k";
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODY)).map_err(|_| Error::Secret("stored hash"))?;
    let right = argon()?.verify_password(password.as_bytes(), &parsed).is_ok();
    Ok(right && hash.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_of_an_account_that_exists_opens() {
        let kept = hash("correct horse battery").unwrap();
        assert!(kept.starts_with("$argon2id$"));
        assert!(verify("correct horse battery", Some(&kept)).unwrap());
        assert!(!verify("wrong horse battery", Some(&kept)).unwrap());
        assert!(!verify("correct horse battery", None).unwrap());
    }
}
