#!/bin/bash
# test_completion.sh - bash completes what the program knows, through the script that it prints.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

unset AUTOMAGI_HOME
"$BUILD/bin/automagi" completion bash >"$WORK/completion"
bash -n "$WORK/completion" || fail 'the script is not bash'
# shellcheck disable=SC1090,SC1091
. "$WORK/completion"
holds 'registered' '-F _automagi automagi$' "$(complete -p automagi)"

# offered WORD...: what a shell offers for the last of the words, one line, in order.
offered() {
    COMP_WORDS=("$BUILD/bin/automagi" "$@")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    _automagi "$BUILD/bin/automagi" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" \
        2>"$WORK/said" || fail "completion of '$*' failed"
    [ ! -s "$WORK/said" ] || fail "completion of '$*' said: $(cat "$WORK/said")"
    echo "${COMPREPLY[*]}"
}

echo '# nouns, verbs, options, choices: of the table'
same 'nouns' 'robot' "$(offered rob)"
holds 'all nouns' '^init serve status .*robot .*run runs tail stop .*queue task import .*estimate' "$(offered '')"
same 'verbs' 'list show add pause resume operate suspend retire remove' "$(offered robot '')"
same 'begun verbs' 'resume retire remove' "$(offered robot re)"
same 'of no noun' '' "$(offered nobody '')"
holds 'options' '^--input --wait .*--home --by --format .*--help$' "$(offered run --)"
same 'an option once' '' "$(offered run --wait --wa)"
same 'choices' 'ready leased deferred waiting quarantined done dropped' "$(offered queue list --state '')"
same 'a choice' 'deferred done dropped' "$(offered queue list --state d)"
same 'behind =' 'json' "$(offered runs --format = j)"
same 'at =' 'table json csv' "$(offered runs --format =)"
same 'in one word' '--format=json' "$(offered runs --format=j)"
same 'options of all' 'table json csv' "$(offered --format '')"
same 'a shell' 'bash' "$(offered completion '')"
same 'a day' "$(TZ=Europe/Copenhagen date +%F)" "$(TZ=Europe/Copenhagen offered robot retire r --on '')"
same 'nothing hidden' '' "$(offered import b)"

echo '# paths'
mkdir "$WORK/paths"
touch "$WORK/paths/robot.json" "$WORK/paths/other"
same 'a file' "$WORK/paths/robot.json" "$(offered robot add "$WORK/paths/ro")"
same 'a folder' "$WORK/paths" "$(offered --home "$WORK/pat")"

echo '# what the installation has'
same 'no installation, no word' '' "$(offered robot show --home "$WORK/none" '')"
new_home
install_plugin ok
install_robot alpha ok
install_robot alpine ok
same 'robots' 'alpha alpine' "$(offered --home "$HOME_DIR" robot show al)"
same 'robots of an option' 'alpha' "$(offered queue list --home "$HOME_DIR" --robot alpha)"
same 'home behind =' 'alpine' "$(offered --home = "$HOME_DIR" robot pause alpi)"
AUTOMAGI_HOME=$HOME_DIR
export AUTOMAGI_HOME
same 'home of the environment' 'alpha alpine' "$(offered robot pause al)"
same 'departments' 'bae' "$(offered task list --department ba)"
automagi backlog add 'An idea' --sender 'Invented Sender' >/dev/null || fail 'backlog add'
automagi cost add alpha --running --monthly 5 --from 2026-01-01 --borne-by tvaergaaende --what w \
    --by 'Invented Person' >/dev/null || fail 'cost add'
automagi cost add alpha --development --kroner 5 --on 2026-01-01 --borne-by tvaergaaende --what w \
    --by 'Invented Person' >/dev/null || fail 'cost add'
same 'ideas' '1' "$(offered backlog approve '')"
same 'costs that go on' '1' "$(offered cost stop '')"
automagi run alpha >/dev/null
automagi queue add alpha --reference A-1 >/dev/null
same 'runs' '1' "$(offered tail '')"
same 'runs to stop' '1' "$(offered stop '')"
same 'items' '1' "$(offered queue retry '')"
automagi stop 1 >/dev/null
same 'no run to stop' '' "$(offered stop '')"
automagi calendar add closing --day 2031-01-01 --name Lukket >/dev/null
automagi system set opus --closed 18:00-06:00 >/dev/null
automagi trigger add alpha --cron '0 8 * * mon' >/dev/null
same 'calendars' 'closing' "$(offered trigger add alpha --not-on clo)"
same 'computed calendars' 'danish-holidays danish-bank-holidays' "$(offered calendar show dan)"
same 'a week' 'week-42' "$(offered trigger add alpha --not-on week-42)"
same 'calendars to remove' 'closing' "$(offered calendar remove '')"
same 'triggers' '1' "$(offered trigger remove '')"
same 'systems' 'opus' "$(offered system remove '')"
same 'plugins' 'ok' "$(offered limit set --plugin '')"
same 'a file behind @' "@$WORK/paths/robot.json" "$(offered run alpha --input "@$WORK/paths/ro")"
same 'no more words' '' "$(offered stop 1 x)"
same 'a quoted home' 'alpha alpine' "$(AUTOMAGI_HOME='' offered --home "'$HOME_DIR'" robot show al)"

echo '# nothing is said of what is wrong'
for words in 'x' '-1 a' '9 a b' '1' ''; do
    # shellcheck disable=SC2086 # the words are split on purpose
    same "complete $words" '' "$("$BUILD/bin/automagi" --complete $words 2>&1)"
done
printf 'not a store' >"$HOME_DIR/automagi.db"
same 'a broken store' '' "$(offered robot show '')"
