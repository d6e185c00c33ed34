//! `oath-bindgen MODULE.wasm FOLDER NAME`: the glue of a module and the module it belongs to, as ES modules that load nothing by
//! themselves. A program of its own, so that nobody has to install the command in the version of the crate.

use std::error::Error;
use std::process::ExitCode;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    match bind() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("oath-bindgen: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bind() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(module), Some(folder), Some(name)) = (words.next(), words.next(), words.next()) else {
        return Err("expected: a module, a folder, a name".into());
    };
    // The names of functions stay: whoever looks through the shipped code needs them, and wasm-opt takes them out.
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name(&name).typescript(false).remove_producers_section(true).bundler(true)?;
    Ok(bindgen.generate(folder)?)
}
