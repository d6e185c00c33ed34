//! One module per group of commands. They translate: words into calls of the libraries, answers into text.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod bulk;
pub(crate) mod code;
pub(crate) mod init;
pub(crate) mod keys;
pub(crate) mod manual;
pub(crate) mod policy;
pub(crate) mod problems;
pub(crate) mod recovery;
pub(crate) mod report;
pub(crate) mod roles;
pub(crate) mod secret_input;
pub(crate) mod seeds;
pub(crate) mod software;
pub(crate) mod token_view;
pub(crate) mod tokens;
pub(crate) mod uploads;
pub(crate) mod users;
pub(crate) mod verify;
