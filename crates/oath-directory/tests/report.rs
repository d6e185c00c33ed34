//! The report of the fleet, and that it shows no secret.

mod support;

use oath_directory::report::{Age, Report};
use oath_directory::{Policy, UserKind};
use pollster::block_on;
use support::{NOW, Setup, secret, shown, totp, upn};

const DAY: u64 = 86_400;

/// So many tokens of this model.
fn upload(setup: &Setup, model: &str, numbers: impl Iterator<Item = u64>) {
    let rows: Vec<String> = numbers
        .map(|number| format!(",T{number:03},{},30,Contoso,{model}\r\n", *secret(number).expose_base32()))
        .collect();
    let csv = format!("upn,serial number,secret key,time interval,manufacturer,model\r\n{}", rows.concat());
    let options = oath_seeds::Options::default().target(oath_seeds::Target::Inventory);
    let rows = oath_seeds::Reader::new(csv.as_bytes(), &options).unwrap();
    block_on(setup.directory.upload(&setup.operator, setup.now, "tokens.csv", rows)).unwrap();
}

fn activated(setup: &Setup, number: u64, user: &str, ahead: i64) {
    let serial = format!("T{number:03}");
    block_on(setup.directory.assign(&setup.operator, setup.now, &serial, &upn(user))).unwrap();
    let codes = [shown(number, setup.now, ahead - 1), shown(number, setup.now, ahead)];
    setup.activate(&serial, codes).unwrap();
}

fn report(setup: &Setup) -> Report {
    block_on(setup.directory.report(setup.now)).unwrap()
}

#[test]
fn models_clocks_unused_tokens_and_limits_are_counted() {
    let mut setup = Setup::new();
    upload(&setup, "Old", 0..5);
    activated(&setup, 0, "alice", 10);
    activated(&setup, 1, "bob", -20);
    assert_eq!(report(&setup).activations, 2);
    setup.later(1000 * DAY);
    upload(&setup, "New", 5..8);
    activated(&setup, 5, "alice", 3);
    block_on(setup.directory.assign(&setup.operator, setup.now, "T002", &upn("bob"))).unwrap();
    for guess in 1..=8 {
        setup.activate("T002", "000000".parse::<oath_totp::Code>().unwrap()).unwrap_err();
        setup.verify("bob", &"000000".parse().unwrap()).unwrap_err();
        let report = report(&setup);
        let near = (report.tokens_near_lock.count, report.users_near_lock.count);
        assert_eq!(near, if guess == 8 { (1, 1) } else { (0, 0) }, "two tries are left after eight");
    }
    let report = report(&setup);
    assert_eq!((report.tokens, report.users, report.other_models), (8, 3, 0));
    let [new, old] = &report.models[..] else { panic!("{report:?}") };
    assert_eq!((&*new.model, new.by_status), ("New", [2, 0, 1, 0, 0]));
    assert_eq!((&*old.model, old.by_status), ("Old", [2, 0, 2, 1, 0]));
    let clocks = |model: &oath_directory::report::ModelReport| {
        model.clocks.map(|clocks| (clocks.tokens, clocks.mean(), clocks.most))
    };
    assert_eq!(clocks(new), [(1, 90, 90), (0, 0, 0), (0, 0, 0), (0, 0, 0)]);
    assert_eq!(clocks(old), [(0, 0, 0), (0, 0, 0), (2, 450, 600), (0, 0, 0)]);
    assert_eq!((report.unused.count, &report.unused.first[..]), (2, &["T000".to_owned(), "T001".to_owned()][..]));
    assert_eq!(report.tokens_near_lock.first, ["T002"]);
    assert_eq!(report.users_near_lock.first, ["bob@example.com"]);
    assert_eq!((report.activations, report.activations_allowed), (1, Some(200)));
    // Attempts that are forgotten are near nothing.
    setup.later(2 * DAY);
    let later = self::report(&setup);
    assert_eq!((later.tokens_near_lock.count, later.users_near_lock.count, later.activations), (0, 0, 0));
    assert_eq!(Age::ALL.map(Age::name).len(), 4);
}

#[test]
fn more_models_and_names_than_are_told_are_counted() {
    let mut setup =
        Setup::on(oath_directory::store::MemoryStore::new(), Policy { activations: None, ..Policy::default() });
    for number in 0..=u64::try_from(Report::MODELS).unwrap() {
        upload(&setup, &format!("M{number:03}"), number..=number);
    }
    for number in 0..60 {
        let name = format!("user{number:02}");
        block_on(setup.directory.add_user(&setup.operator, setup.now, &upn(&name), UserKind::Member, None)).unwrap();
        activated(&setup, number, &name, 0);
    }
    setup.later(90 * DAY - 1);
    assert_eq!(report(&setup).unused.count, 0);
    setup.later(1);
    let report = report(&setup);
    assert_eq!((report.models.len(), report.other_models), (Report::MODELS, 1));
    assert_eq!((report.unused.count, report.unused.first.len()), (60, Report::NAMED));
}

#[test]
fn a_report_shows_no_secret_and_no_code() {
    let setup = Setup::new();
    upload(&setup, "Model", 0..3);
    activated(&setup, 0, "alice", 0);
    let shown = format!("{:?}", report(&setup));
    for number in 0..3 {
        let code = totp(number).generate(oath_totp::UnixTime::from_secs(NOW)).to_string();
        for secret in [secret(number).expose_base32().to_string(), secret(number).expose_hex().to_string(), code] {
            assert!(!shown.to_lowercase().contains(&secret.to_lowercase()), "{shown}");
        }
    }
}
