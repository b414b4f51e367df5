#!/bin/sh
# Makes the cut in this folder from the Debian package dataset-fashion-mnist. Usage: make-cut.sh [OUT_DIR]
set -eu

out=$(cd "${1:-$(dirname "$0")}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

apt-get download dataset-fashion-mnist
dpkg-deb -x dataset-fashion-mnist_*.deb tree
from=tree/usr/share/datasets/fashion-mnist

# cut NAME HEADER_BYTES BYTES_PER_ITEM COUNT MAGIC OTHER_DIMENSIONS: an idx header with the new count, then the first items.
cut() {
    {
        printf "$5"
        printf "\\$(printf %o $(($4 >> 24 & 255)))\\$(printf %o $(($4 >> 16 & 255)))"
        printf "\\$(printf %o $(($4 >> 8 & 255)))\\$(printf %o $(($4 & 255)))"
        printf "$6"
        gzip -dc "$from/$1.gz" >"$work/whole"
        tail -c +$(($2 + 1)) "$work/whole" | head -c $(($3 * $4))
    } >"$work/$1"
    # -n leaves name and time out, so that the same gzip makes the same bytes.
    gzip -9nc "$work/$1" >"$out/$1.gz"
}

side='\000\000\000\034'
cut train-images-idx3-ubyte 16 784 12000 '\000\000\010\003' "$side$side"
cut train-labels-idx1-ubyte 8 1 12000 '\000\000\010\001' ''
cut t10k-images-idx3-ubyte 16 784 4000 '\000\000\010\003' "$side$side"
cut t10k-labels-idx1-ubyte 8 1 4000 '\000\000\010\001' ''
