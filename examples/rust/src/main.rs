//! How a service embeds oath-totp.
fn main() {}
