// SPDX-License-Identifier: MIT
//! Hands the versions of the crates that were really built to the program.

use std::process::Command;

fn run(program: &str, arguments: &[&str]) -> String {
    Command::new(program)
        .args(arguments)
        .output()
        .map(|o| String::from_utf8_lossy(&o.stdout).trim().to_string())
        .unwrap_or_default()
}

fn main() {
    let lock = std::fs::read_to_string("Cargo.lock").unwrap_or_default();
    let mut name = String::new();
    for line in lock.lines() {
        let value = line.split('"').nth(1).unwrap_or("");
        if line.starts_with("name = ") {
            name = value.replace('-', "_").to_uppercase();
        } else if line.starts_with("version = ") {
            println!("cargo:rustc-env=OF_{}={}", name, value);
        }
    }
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    println!("cargo:rustc-env=OF_RUSTC={}", run(&rustc, &["--version"]));
}
