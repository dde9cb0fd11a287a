#!/bin/bash
# prove.sh run [PART...] - runs the proofs that have not passed on this tree, or those named.
# prove.sh table         - the figures of this tree, as a Markdown table.
# prove.sh list          - the parts.
#
# A part is a script of tests/prove/parts. Called with `list` it prints its pieces, one per line, or
# nothing when it is whole; NAME-PIECE is a part of its own. `# cores: 1` in a script says that its
# pieces may run side by side. What passed is kept in build/prove/TREE.tsv, TREE being the
# hash of all files but texts (*.md): one line for each part, its verdict, seconds and figures.
set -euo pipefail

BUILD=${BUILD:-build}
KEPT=$BUILD/prove

tree_of() {
    find core plugins robots scorecards tests Makefile .make .ci -type f ! -name '*.md' \
        ! -path '*/__pycache__/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12
}

list_parts() {
    local script name pieces
    for script in tests/prove/parts/*.sh; do
        name=$(basename "$script" .sh)
        mapfile -t pieces < <("$script" list)
        if [[ ${#pieces[@]} -gt 0 ]]; then printf '%s\n' "${pieces[@]/#/$name-}"; else echo "$name"; fi
    done
}

# The script and the piece of a part: "planted-no_fence" is planted.sh no_fence.
script_of() { echo "tests/prove/parts/${1%%-*}.sh"; }
piece_of() { [[ $1 != *-* ]] || echo "${1#*-}"; }

has_passed() { [[ -e $RECORD ]] && grep -qP "^$1\tPASS\t" "$RECORD"; }

# record PART VERDICT SECONDS FIGURES: in the place of what is known of the part.
record() {
    (
        flock 8
        { grep -vP "^$1\t" "$RECORD" 2>/dev/null || true; } >"$RECORD.new"
        printf '%s\t%s\t%d\t%s\n' "$@" >>"$RECORD.new"
        mv "$RECORD.new" "$RECORD"
    ) 8>"$RECORD.lock"
}

run_part() {
    local part=$1 script piece work status=0 began=$SECONDS verdict=PASS log

    script=$(script_of "$part")
    piece=$(piece_of "$part")
    work=$KEPT/$TREE/$part # stays when the part is cut short, for it to go on from
    log=$KEPT/$TREE/$part.log
    mkdir -p "$work"
    : >"$work/figures"
    PROVE_WORK=$work PROVE_FIGURES=$work/figures timeout --kill-after=30 1500 \
        "$script" ${piece:+"$piece"} >"$log" 2>&1 </dev/null || status=$?
    [[ $status == 0 ]] || verdict=FAIL
    [[ $status != 124 ]] || echo 'stopped: a part has 25 minutes' >>"$log"
    record "$part" "$verdict" $((SECONDS - began)) "$(paste -sd ';' "$work/figures")"
    printf '  %-8s %s, %d s: %s\n' "$verdict" "$part" $((SECONDS - began)) "$(paste -sd ';' "$work/figures" | sed 's/;/; /g')"
    if [[ $verdict == PASS ]]; then
        rm -rf "$work"
    else
        tail -n 60 "$log" | sed 's/^/    | /'
        echo "    whole output: $log"
        return 1
    fi
}

# Of the parts asked for those still to be run; a name stands for all its pieces.
wanted() {
    local part asked
    while read -r part; do
        if [[ $# == 0 ]]; then
            has_passed "$part" || echo "$part"
            continue
        fi
        for asked in "$@"; do
            if [[ $part == "$asked" ]]; then
                echo "$part" # asked for by its name: run again
            elif [[ ${part%%-*} == "$asked" ]]; then
                has_passed "$part" || echo "$part"
            fi
        done
    done < <(list_parts)
}

run() {
    local part failed=0 asked todo alone=() beside=()

    for asked in "$@"; do
        list_parts | grep -xE "$asked(-.*)?" >/dev/null || { echo "prove: no part '$asked'; there are: $(list_parts | paste -sd ' ')" >&2; exit 2; }
    done
    mapfile -t todo < <(wanted "$@")
    for part in ${todo[@]+"${todo[@]}"}; do
        if grep -q '^# cores: 1$' "$(script_of "$part")"; then beside+=("$part"); else alone+=("$part"); fi
    done
    for part in ${alone[@]+"${alone[@]}"}; do
        run_part "$part" || failed=1
    done
    if [[ ${#beside[@]} -gt 0 ]]; then
        printf '%s\0' "${beside[@]}" | xargs -0 -n 1 -P "$(nproc)" "$0" --one || failed=1
    fi
    if [[ $failed == 1 ]]; then
        echo 'PROOFS FAILED.'
        exit 1
    fi
    [[ $# -gt 0 ]] || echo "All $(list_parts | wc -l) proofs passed on tree $TREE ($(git describe --always --dirty 2>/dev/null || echo 'no commit'))."
}

table() {
    [[ -e $RECORD ]] || { echo "prove: nothing was proved on tree $TREE" >&2; exit 1; }
    echo "| Part | Verdict | Seconds | Figures |"
    echo "|---|---|---|---|"
    sort "$RECORD" | awk -F '\t' '{ gsub(/;/, "; ", $4); printf "| %s | %s | %s | %s |\n", $1, $2, $3, $4 }'
}

TREE=$(tree_of)
RECORD=$KEPT/$TREE.tsv
mkdir -p "$KEPT"
case ${1:-} in
run) run "${@:2}" ;;
table) table ;;
list) list_parts ;;
--one) run_part "$2" ;;
*) echo 'usage: prove.sh run [PART...] | table | list' >&2 && exit 2 ;;
esac
