//! Tokens activated by one file.

use crate::figures::Figures;
use crate::people::{NOW, header, policy, row, secret, shuffled};
use crate::sqlite::folder;
use crate::{Effort, Outcome};
use oath_directory::bulk::{BulkFile, Operation};
use oath_directory::store::{Missing, SqliteStore};
use oath_directory::{Actor, Directory, KeyRing, UserKind};
use oath_totp::{Algorithm, Digits, TimeStep, Totp, UnixTime};
use pollster::block_on;
use std::time::Instant;

/// A fresh directory a round, whose users hold tokens that wait for their first code.
pub(crate) fn bulk(effort: Effort) -> Outcome {
    let (mut rates, mut assigned) = (Figures::default(), Figures::default());
    let (actor, now) = (Actor::local_operator(), UnixTime::from_secs(NOW));
    for _ in 0..effort.rounds.min(3) {
        let folder = folder()?;
        let store = SqliteStore::open(&folder.path().join("oath.db"), Missing::Create)?;
        let directory = Directory::new(store, KeyRing::generate()?, policy())?;
        let users = effort.bulk / 4;
        for number in 0..users {
            let upn = format!("{}@example.com", shuffled(number)).parse()?;
            block_on(directory.add_user(&actor, now, &upn, UserKind::Member, None))?;
        }
        let (mut text, mut codes, mut holders) =
            (header(), "serial number,code,next code\n".to_owned(), "serial number,upn\n".to_owned());
        for number in 0..effort.bulk {
            let (serial, secret) = (format!("{number:06}"), secret(number)?);
            text.push_str(&row("", &serial, &secret));
            let totp = Totp::new(secret.key(Algorithm::Sha1)?, Digits::Six, TimeStep::SECONDS_30);
            let next = totp.generate(UnixTime::from_secs(NOW + 30));
            codes.push_str(&format!("{serial},{},{next}\n", totp.generate(now)));
            holders.push_str(&format!("{serial},{}@example.com\n", shuffled(number % users.max(1))));
        }
        let options = oath_seeds::Options::default().target(oath_seeds::Target::Inventory);
        let rows = oath_seeds::Reader::new(text.as_bytes(), &options)?;
        block_on(directory.upload(&actor, now, "stock.csv", rows))?;
        for (file, operation, figures) in
            [(holders, Operation::Assign, &mut assigned), (codes, Operation::Activate, &mut rates)]
        {
            let rows: Vec<_> = BulkFile::read(file.as_bytes(), operation)?.rows().collect();
            let start = Instant::now();
            let report = block_on(directory.bulk(&actor, now, &rows, |_, _| {}))?;
            figures.push_rate(rows.len(), start.elapsed());
            if report.done != u64::try_from(rows.len())? {
                return Err(format!("not all rows were done: {report:?}").into());
            }
        }
    }
    assigned.print("rows assigned", "a second");
    rates.print("rows activated (wanted: 1,000)", "a second");
    Ok(())
}
