#!/bin/sh
# SPDX-License-Identifier: MIT
# go.sh GO SOURCE OUTPUT PRIVATE: build the Go peer, without a network.
set -eu
out=$(realpath -m "$3")
mkdir -p "$4"
private=$(realpath "$4")
cd "$2"
export GOFLAGS='-mod=mod -trimpath -buildvcs=false' GOPROXY=off GOWORK=off
export GO111MODULE=on CGO_ENABLED=0
export GOCACHE="$private/cache" GOPATH="$private/path"
exec "$1" build -o "$out" .
