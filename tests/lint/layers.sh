#!/bin/bash
# layers.sh - includes point downwards only: the table of core/README.md.
set -euo pipefail
cd "${1:-.}"

# What the files of a folder may include of ours, as a pattern; the most special folder first.
allowed_for() {
    case $1 in
    core/base/*) echo 'core/base/*' ;;
    core/store/*) echo 'core/store/*|core/base/*|schema_sql.h|upgrade_*_sql.h' ;;
    core/schedule/*) echo 'core/schedule/*|core/store/*|core/base/*' ;;
    scorecards/report/*) echo 'scorecards/*|core/store/*|core/base/*' ;;
    scorecards/*) echo 'scorecards/+([!/])|core/store/*|core/base/*' ;;
    core/print/*) echo 'core/print/*|core/base/*' ;;
    core/run/host/*) echo 'core/run/host/*|core/run/wire.h|core/run/plugin_file.h|core/base/*|plugins/sdk/automagi.h' ;;
    core/run/plugin_file.c) echo 'core/run/plugin_file.h|core/base/*|plugins/sdk/automagi.h' ;;
    core/run/*) echo 'core/run/*|core/schedule/*|core/store/*|core/base/*' ;;
    core/command/*) echo 'core/command/*|core/run/*|scorecards/+([!/])|core/schedule/*|core/store/*|core/base/*|plugin_template.h' ;;
    core/cli/export_warehouse.c) echo 'core/*|scorecards/*|plugins/sdk/whole_folder.h' ;;
    core/cli/*) echo 'core/*|scorecards/*' ;;
    plugins/sdk/*) echo 'plugins/sdk/*' ;;
    plugins/*/*) echo "$(dirname "$1")/*|plugins/sdk/!(*_inner).h" ;;
    tests/*) echo '*' ;;
    esac
}

# Libraries that only some files may see.
library_allowed() {
    local file=$1 header=$2

    case $header:$file in
    *:tests/*) ;;
    sqlite3.h:core/store/*) ;;
    dlfcn.h:core/run/host/*) ;;
    cjson/cJSON.h:core/base/json.c | cjson/cJSON.h:plugins/*) ;;
    libxml/*:plugins/*) ;;
    zip.h:plugins/sdk/*) ;;
    libical/*:core/cli/*) ;;
    gmp.h:scorecards/*) ;;
    curl/*:core/print/*) ;;
    xlsxwriter.h:scorecards/report/xlsx*) ;;
    zip.h:* | sqlite3*:* | dlfcn.h:* | *cJSON*:* | curl/*:* | libxml/*:* | libical/*:* | gmp.h:* | xlsxwriter*:*) return 1 ;;
    esac
}

# Where an include of ours leads: beside the file, from the root, to the SDK, or made.
resolve() {
    local file=$1 header=$2 folder

    for folder in "$(dirname "$file")" . plugins/sdk; do
        if [[ -e $folder/$header ]]; then
            realpath -m --relative-to=. "$folder/$header"
            return
        fi
    done
    echo "$header"
}

# True when name matches one of the alternatives of a pattern "a|b|c".
matches_any() {
    local name=$1 pattern patterns

    IFS='|' read -ra patterns <<<"$2"
    for pattern in "${patterns[@]}"; do
        # shellcheck disable=SC2053 # a pattern is meant
        [[ $name == $pattern ]] && return 0
    done
    return 1
}

bad=0
complain() {
    echo "$1" >&2
    bad=1
}

while IFS=: read -r file line text; do
    header=$(sed -E 's/^[^<"]*[<"]([^>"]*)[>"].*/\1/' <<<"$text")
    if [[ $text == *'<'*'>'* ]]; then
        library_allowed "$file" "$header" ||
            complain "$file:$line: <$header> belongs to another folder (core/README.md)"
        [[ ! -e $header ]] || complain "$file:$line: our own $header is included in quotes"
        continue
    fi
    header=$(resolve "$file" "$header")
    if ! matches_any "$header" "$(allowed_for "$file")"; then
        complain "$file:$line: may not include $header (core/README.md)"
    elif [[ $header == core/run/host/* && $file != core/run/host/* && $file != tests/* ]]; then
        complain "$file:$line: only automagi-host sees $header (core/README.md)"
    fi
done < <(grep -rnE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include' core scorecards plugins tests)
exit "$bad"
