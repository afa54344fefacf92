//! Hashes of texts and files, and what is encrypted.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use uuid::Uuid;

use super::filesystem::with_file;
use super::signature::Call;
use crate::value::Value;

pub fn md5(call: &Call<'_>) -> Result<Value, String> {
    Ok(hexadecimal::<Md5>(call.text(0).as_bytes()))
}

pub fn sha1(call: &Call<'_>) -> Result<Value, String> {
    Ok(hexadecimal::<Sha1>(call.text(0).as_bytes()))
}

pub fn sha256(call: &Call<'_>) -> Result<Value, String> {
    Ok(hexadecimal::<Sha256>(call.text(0).as_bytes()))
}

pub fn sha512(call: &Call<'_>) -> Result<Value, String> {
    Ok(hexadecimal::<Sha512>(call.text(0).as_bytes()))
}

pub fn base64sha256(call: &Call<'_>) -> Result<Value, String> {
    Ok(base64_text::<Sha256>(call.text(0).as_bytes()))
}

pub fn base64sha512(call: &Call<'_>) -> Result<Value, String> {
    Ok(base64_text::<Sha512>(call.text(0).as_bytes()))
}

pub fn filemd5(call: &Call<'_>) -> Result<Value, String> {
    with_file(call, |bytes| Ok(hexadecimal::<Md5>(bytes)))
}

pub fn filesha1(call: &Call<'_>) -> Result<Value, String> {
    with_file(call, |bytes| Ok(hexadecimal::<Sha1>(bytes)))
}

pub fn filesha256(call: &Call<'_>) -> Result<Value, String> {
    with_file(call, |bytes| Ok(hexadecimal::<Sha256>(bytes)))
}

pub fn filesha512(call: &Call<'_>) -> Result<Value, String> {
    with_file(call, |bytes| Ok(hexadecimal::<Sha512>(bytes)))
}

pub fn filebase64sha256(call: &Call<'_>) -> Result<Value, String> {
    with_file(call, |bytes| Ok(base64_text::<Sha256>(bytes)))
}

pub fn filebase64sha512(call: &Call<'_>) -> Result<Value, String> {
    with_file(call, |bytes| Ok(base64_text::<Sha512>(bytes)))
}

fn hexadecimal<Hash: Digest>(bytes: &[u8]) -> Value {
    let mut text = String::new();
    for byte in Hash::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    Value::string(text)
}

fn base64_text<Hash: Digest>(bytes: &[u8]) -> Value {
    Value::string(STANDARD.encode(Hash::digest(bytes)))
}

/// RFC 4122 version 5 identifiers; the namespace is one of four names, or an identifier itself.
pub fn uuidv5(call: &Call<'_>) -> Result<Value, String> {
    let (namespace, name) = (call.text(0), call.text(1));
    let namespace = match namespace {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        other => Uuid::parse_str(other).map_err(
            |_| "uuidv5() doesn't support namespace; must be \"dns\", \"url\", \"oid\", \"x500\" or a UUID",
        )?,
    };
    Ok(Value::string(Uuid::new_v5(&namespace, name.as_bytes()).to_string()))
}

/// The salt is random.
pub fn bcrypt(call: &Call<'_>) -> Result<Value, String> {
    if call.arguments.len() > 2 {
        return Err("bcrypt() takes no more than two arguments".to_owned());
    }
    Ok(call.decided_at_deployment())
}

pub fn uuid(call: &Call<'_>) -> Result<Value, String> {
    Ok(call.decided_at_deployment())
}

/// Nobody's private key is used here.
pub fn rsadecrypt(call: &Call<'_>) -> Result<Value, String> {
    Ok(call.unsupported("nothing is decrypted"))
}
