//! The names of the columns of a users file and the words in its cells, in the languages of Entra ID's pages: English, German,
//! French, Italian, Spanish, Portuguese, Dutch, Polish, Swedish, Danish. Without blanks, dashes and apostrophes, in lower case.

use crate::model::UserKind;

/// A text without its case and without all but letters and digits.
pub(super) fn plain(text: &str) -> String {
    text.chars().take(64).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

pub(super) const DISPLAY_NAME: &[&str] = &[
    "displayname",
    "anzeigename",
    "nomdaffichage",
    "nomcomplet",
    "nomevisualizzato",
    "nombreparamostrar",
    "nomedeexibição",
    "nomeaapresentar",
    "weergavenaam",
    "nazwawyświetlana",
    "visningsnamn",
    "visningsnavn",
    "vistnavn",
];

pub(super) const USER_TYPE: &[&str] = &[
    "usertype",
    "benutzertyp",
    "typedutilisateur",
    "tipoutente",
    "tipodiutente",
    "tipodeusuario",
    "tipodeusuário",
    "tipodeutilizador",
    "gebruikerstype",
    "typużytkownika",
    "användartyp",
    "brugertype",
];

pub(super) const ENABLED: &[&str] = &[
    "accountenabled",
    "enabled",
    "kontoaktiviert",
    "compteactivé",
    "accountabilitato",
    "cuentahabilitada",
    "contahabilitada",
    "contaativada",
    "accountingeschakeld",
    "kontowłączone",
    "kontoaktiverat",
    "kontoaktiveret",
];

/// The opposite of [`ENABLED`].
pub(super) const BLOCKED: &[&str] = &[
    "blockcredential",
    "anmeldeinformationenblockieren",
    "anmeldungblockiert",
    "bloquerlesinformationsdidentification",
    "bloccacredenziali",
    "bloquearcredencial",
    "bloquearcredenciais",
    "referentieblokkeren",
];

pub(super) const OBJECT_ID: &[&str] = &[
    "id",
    "objectid",
    "objectguid",
    "objektid",
    "iddobjet",
    "identificateurdobjet",
    "idoggetto",
    "iddeobjeto",
    "iddelobjeto",
    "iddoobjeto",
    "idobiektu",
];

const YES: &[&str] = &[
    "true",
    "yes",
    "1",
    "wahr",
    "ja",
    "vrai",
    "oui",
    "vero",
    "sì",
    "si",
    "verdadero",
    "sí",
    "verdadeiro",
    "sim",
    "waar",
    "prawda",
    "tak",
    "sant",
    "sand",
];

const NO: &[&str] = &[
    "false", "no", "0", "falsch", "nein", "faux", "non", "falso", "não", "onwaar", "nee", "fałsz", "nie", "falskt",
    "nej", "falsk",
];

const MEMBER: &[&str] = &["member", "mitglied", "membre", "membro", "miembro", "lid", "członek", "medlem"];

const GUEST: &[&str] = &["guest", "gast", "invité", "ospite", "invitado", "convidado", "gość", "gäst", "gæst"];

/// `true` and `false` in one of the languages.
pub(super) fn yes_or_no(text: &str) -> Option<bool> {
    let text = plain(text);
    match (YES.contains(&&*text), NO.contains(&&*text)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// Member or guest in one of the languages.
pub(super) fn kind(text: &str) -> Option<UserKind> {
    let text = plain(text);
    match (MEMBER.contains(&&*text), GUEST.contains(&&*text)) {
        (true, _) => Some(UserKind::Member),
        (_, true) => Some(UserKind::Guest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No name stands for two things, in whatever language.
    #[test]
    fn every_name_has_one_meaning() {
        let columns: Vec<&str> = [DISPLAY_NAME, USER_TYPE, ENABLED, BLOCKED, OBJECT_ID].concat();
        for names in [columns, [YES, NO].concat(), [MEMBER, GUEST].concat()] {
            for (at, name) in names.iter().enumerate() {
                assert_eq!(plain(name), *name, "it is written as it is compared");
                assert!(!names[..at].contains(name), "{name} stands twice");
            }
        }
    }
}
