# A file system of its own, small, for what a test wants to see full. Sourced before lib.sh, for the
# test begins anew in a mount namespace; where none may be made it is skipped, and says so.
# shellcheck shell=bash

if [ -z "${SMALL_DISK:-}" ]; then
    for how in '-m' '-U -m -c --keep-caps'; do # as root; as another account in a user namespace
        # shellcheck disable=SC2086 # words
        if unshare $how sh -c 'mount -t tmpfs -o size=1m tmpfs /mnt' 2>/dev/null; then
            SMALL_DISK=1 exec unshare $how bash "$0" "$@"
        fi
    done
    echo "$(basename "$0" .sh): passed over: nothing can be mounted here"
    exit 77
fi

# mount_small FOLDER MIB
mount_small() {
    mkdir -p "$1"
    mount -t tmpfs -o "size=$2m,mode=0755" tmpfs "$1"
}

# fill_disk FOLDER: to the last byte.
fill_disk() {
    dd if=/dev/zero of="$1/ballast" bs=64k status=none 2>/dev/null || true
    dd if=/dev/zero of="$1/ballast" bs=512 oflag=append conv=notrunc status=none 2>/dev/null || true
}
