//! Address ranges: `cidrhost`, `cidrnetmask`, `cidrsubnet`, `cidrsubnets`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::signature::Call;
use crate::value::Value;

/// A range as numbers: the first address, bits of an address, bits of the prefix.
#[derive(Clone, Copy)]
struct Range {
    first: u128,
    bits: u32,
    prefix: u32,
}

impl Range {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("invalid CIDR expression: invalid CIDR address: {text}");
        let (address, prefix) = text.split_once('/').ok_or_else(wrong)?;
        // Leading zeros are decimal, as Terraform has always read them.
        let without_zeros = |number: &str| match number.trim_start_matches('0') {
            "" if !number.is_empty() => "0".to_owned(),
            rest => rest.to_owned(),
        };
        let address = if address.contains(':') {
            address.to_owned()
        } else {
            address.split('.').map(without_zeros).collect::<Vec<_>>().join(".")
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let prefix: u8 = without_zeros(prefix).parse().map_err(|_| wrong())?;
        let mut network = IpNet::new(address, prefix).map_err(|_| wrong())?.trunc();
        if let IpNet::V6(mapped) = network
            && let Some(v4) = mapped.network().to_ipv4_mapped()
            && prefix >= 96
        {
            network = IpNet::new(IpAddr::V4(v4), prefix - 96).map_err(|_| wrong())?;
        }
        let (first, bits) = match network.network() {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        Ok(Self { first, bits, prefix: u32::from(network.prefix_len()) })
    }

    fn address(&self, number: u128) -> String {
        if self.bits == 32 {
            Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)).to_string()
        } else {
            Ipv6Addr::from(number).to_string()
        }
    }

    fn host_bits(&self) -> u32 {
        self.bits - self.prefix
    }

    fn with_prefix(&self, first: u128, prefix: u32) -> String {
        format!("{}/{prefix}", self.address(first))
    }
}

/// A negative number counts from the end of the range.
/// Whether a range holds an address, or all of another range.
pub fn contains(containing: &str, contained: &str) -> Result<bool, String> {
    let range = Range::parse(containing)?;
    let inner = if contained.contains('/') {
        Range::parse(contained)
    } else {
        let bits = if contained.contains(':') { 128 } else { 32 };
        Range::parse(&format!("{contained}/{bits}"))
    };
    let inner = inner.map_err(|_| format!("invalid IP address or prefix: {contained}"))?;
    if inner.bits != range.bits {
        return Err(format!("address family mismatch: {containing} vs. {contained}"));
    }
    let same_start = match range.host_bits() {
        bits if bits >= 128 => true,
        bits => inner.first >> bits == range.first >> bits,
    };
    Ok(inner.prefix >= range.prefix && same_start)
}

pub fn cidrhost(call: &Call<'_>) -> Result<Value, String> {
    let range = Range::parse(call.text(0))?;
    let number = call.number(1)?.as_big_integer().ok_or("a whole number is required")?;
    let outside = || format!("prefix of {} does not accommodate a host numbered {number}", range.prefix);
    let size = u128::try_from(number.magnitude()).map_err(|_| outside())?;
    let negative = call.number(1)?.is_negative();
    let offset = if negative { size.checked_sub(1).ok_or_else(outside)? } else { size };
    if range.host_bits() < 128 && offset >> range.host_bits() != 0 {
        return Err(outside());
    }
    let last = range.first | mask(range.host_bits());
    Ok(Value::string(range.address(if negative { last - offset } else { range.first + offset })))
}

/// So many ones at the end.
fn mask(bits: u32) -> u128 {
    if bits >= 128 { u128::MAX } else { (1 << bits) - 1 }
}

pub fn cidrnetmask(call: &Call<'_>) -> Result<Value, String> {
    let range = Range::parse(call.text(0))?;
    if range.bits != 32 {
        return Err("IPv6 addresses cannot have a netmask".to_owned());
    }
    Ok(Value::string(range.address(mask(32) & !mask(range.host_bits()))))
}

pub fn cidrsubnet(call: &Call<'_>) -> Result<Value, String> {
    let range = Range::parse(call.text(0))?;
    let more = u32::try_from(call.whole(1)?).map_err(|_| "newbits must not be negative")?;
    let number = call.number(2)?.as_big_integer().ok_or("a whole number is required")?;
    if more > range.host_bits() {
        return Err(format!("insufficient address space to extend prefix of {} by {more}", range.prefix));
    }
    let number =
        u128::try_from(&number).ok().filter(|number| more >= 128 || number >> more == 0).ok_or_else(
            || format!("prefix extension of {more} does not accommodate a subnet numbered {number}"),
        )?;
    let prefix = range.prefix + more;
    let shift = range.bits - prefix;
    let first = if shift >= 128 { range.first } else { range.first | (number << shift) };
    Ok(Value::string(range.with_prefix(first, prefix)))
}

/// Subnets one after the other, each at the next address that fits it.
pub fn cidrsubnets(call: &Call<'_>) -> Result<Value, String> {
    let range = Range::parse(call.text(0))?;
    let last = range.first | mask(range.host_bits());
    let mut next = Some(range.first);
    let mut subnets = Vec::new();
    for index in 1..call.arguments.len() {
        let more = u32::try_from(call.whole(index)?).ok().filter(|more| *more >= 1);
        let more = more.ok_or("must extend prefix by at least one bit")?;
        if more > 32 {
            return Err("may not extend prefix by more than 32 bits".to_owned());
        }
        if more > range.host_bits() {
            return Err(format!("would extend prefix past the {} bits of an address", range.bits));
        }
        let prefix = range.prefix + more;
        let rest = mask(range.bits - prefix);
        let full =
            || format!("not enough remaining address space for a subnet with a prefix of {prefix} bits");
        // Up to the next multiple of the subnet's size.
        let from = next.ok_or_else(full)?;
        let first = if from & rest == 0 { Some(from) } else { (from | rest).checked_add(1) };
        let first = first.filter(|first| *first <= last).ok_or_else(full)?;
        subnets.push(Value::string(range.with_prefix(first, prefix)));
        next = (first | rest).checked_add(1).filter(|next| *next <= last);
    }
    Ok(Value::list(subnets))
}
