#!/bin/sh
# SPDX-License-Identifier: MIT
# cargo.sh CARGO RUSTC REGISTRY SOURCE OUTPUT PRIVATE: build the Rust peer from
# the crates that the system has as packages, without a network.
set -eu
cargo=$1 rustc=$2 registry=$3 source=$4
out=$(realpath -m "$5")
mkdir -p "$6"
private=$(realpath "$6")
# Cargo writes its lock file beside the manifest: into a copy, not the source.
rm -rf "$private/source"
cp -r "$source" "$private/source"
cd "$private/source"
RUSTC="$rustc" CARGO_HOME="$private/home" "$cargo" build --release --offline \
    --quiet --target-dir "$private/target" \
    --config 'source.crates-io.replace-with="system"' \
    --config "source.system.directory=\"$registry\""
cp "$private/target/release/weir-peer-rust" "$out"
