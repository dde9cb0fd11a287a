/* completion: the script by which a shell completes command lines. It knows nothing itself: the
 * program answers from its table and the installation (core/cli/complete.c). */
#include "core/command/nouns.h"

static const char bash_script[] =
    "# bash completion of automagi; written by `automagi completion bash`\n"
    "_automagi() {\n"
    "    local IFS=$'\\n' cur=${COMP_WORDS[COMP_CWORD]} program=${1/#\\~/$HOME}\n"
    "    COMPREPLY=($(\"$program\" --complete \"$COMP_CWORD\" \"${COMP_WORDS[@]}\" 2>/dev/null))\n"
    "    if [[ ${COMPREPLY[0]-} == :path ]]; then\n"
    "        [[ $cur != = ]] || cur=\n"
    "        case $cur in\n"
    "        @*) COMPREPLY=($(compgen -f -P @ -- \"${cur#@}\")) ;;\n"
    "        *) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
    "        esac\n"
    "        compopt -o filenames 2>/dev/null\n"
    "    fi\n"
    "    return 0\n"
    "}\n"
    "complete -F _automagi automagi";

static int completion_apply(struct command_call *call, struct fault *fault)
{
    (void)fault;
    json_begin_object(call->result);
    result_text(call->result, "message", bash_script);
    json_end_object(call->result);
    return 0;
}

static const struct argument arguments[] = {
    {.name = "shell",
     .kind = ARGUMENT_CHOICE,
     .choices = "bash",
     .is_positional = true,
     .is_required = true,
     .value = "SHELL",
     .help = "for which shell"},
    ARGUMENTS_END,
};

const struct command command_completion = {
    .name = "completion",
    .summary = "print the script by which a shell completes commands, options and robots",
    .help = "`make install` puts it where bash finds it. For this shell alone:\n"
            "    source <(automagi completion bash)",
    .kind = COMMAND_FREE,
    .arguments = arguments,
    .apply = completion_apply,
};
