//! Fits the roofline's shares and overheads to measured servers, and writes what they predict.
//!
//! `KVS_DATA=… cargo run --release --example calibrate [-- --page docs/reference/accuracy.md]`
//!
//! Reads `measured/calibration.csv` below `KVS_DATA`, simulates every experiment, and prints the fitted parameters, which
//! `src/engine/hardware/attained.rs` holds, rounded. With `--page` it writes the accuracy page instead: priors and fitted
//! values, the errors of the parameters in force, those of fits that leave a model out, and two runs on another GPU.
//! Every fit starts from the priors. It takes seconds; the page takes a minute or two.

mod fit;
mod measured;
mod page;
mod replay;

use std::path::PathBuf;
use std::process::ExitCode;

use kvs::engine::hardware::attained::PARAMETERS;

use measured::Server;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let page = match arguments.as_slice() {
        [] => None,
        [flag, path] if flag == "--page" => Some(PathBuf::from(path)),
        _ => {
            eprintln!("usage: calibrate [--page FILE]");
            return ExitCode::from(2);
        }
    };
    match calibrate(page) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(5)
        }
    }
}

fn calibrate(page: Option<PathBuf>) -> Result<(), String> {
    let data = std::env::var_os("KVS_DATA").map(PathBuf::from).ok_or("KVS_DATA names no folder")?;
    let path = data.join("measured/calibration.csv");
    let table = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let servers = measured::servers(&table);
    let all: Vec<&Server> = servers.iter().collect();
    match page {
        None => {
            let point = fit::fit(&all);
            let names = PARAMETERS.iter().map(|parameter| parameter.field.name);
            for (name, value) in names.chain(fit::FACTOR_NAMES).zip(&point) {
                println!("{name:26} {value:.4e}");
            }
            print!("{}", page::medians(&all, &fit::predict(&all, &point, 1)));
            Ok(())
        }
        Some(path) => {
            let text = page::page(&all, &data).map_err(|error| error.to_string())?;
            std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
        }
    }
}
