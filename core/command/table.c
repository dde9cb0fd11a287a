#include <string.h>

#include "core/command/command.h"
#include "core/command/nouns.h"

/* A line each, so that a command more changes one line. */
/* clang-format off */
const struct command *const command_table[] = {
    &command_init,
    &command_serve,
    &command_status,
    &command_doctor,
    &command_doctor_version,
    &command_verify,
    &command_backup,
    &command_backup_made,
    &command_restore,
    &command_load,
    &command_export,
    &command_export_warehouse,
    &command_plugin_list,
    &command_plugin_check,
    &command_plugin_new,
    &command_robot_list,
    &command_robot_show,
    &command_robot_add,
    &command_robot_pause,
    &command_robot_resume,
    &command_robot_retire,
    &command_robot_remove,
    &command_trigger_list,
    &command_trigger_show,
    &command_trigger_add,
    &command_trigger_next,
    &command_trigger_remove,
    &command_calendar_list,
    &command_calendar_add,
    &command_calendar_put,
    &command_calendar_show,
    &command_calendar_remove,
    &command_system_list,
    &command_system_set,
    &command_system_remove,
    &command_limit_list,
    &command_limit_set,
    &command_limit_remove,
    &command_run,
    &command_runs,
    &command_tail,
    &command_stop,
    &command_why,
    &command_queue_list,
    &command_queue_add,
    &command_queue_retry,
    &command_queue_done,
    &command_queue_drop,
    &command_queue_defer,
    &command_task_import,
    &command_task_list,
    &command_task_show,
    &command_import_list,
    &command_import_begin,
    &command_import_rows,
    &command_import_finish,
    &command_estimate_set,
    &command_estimate_sign,
    &command_estimate_history,
    &command_rate_list,
    &command_rate_set,
    &command_budget_list,
    &command_budget_set,
    &command_budget_realise,
    &command_budget_realised,
    &command_cost_list,
    &command_cost_add,
    &command_cost_stop,
    &command_gain_list,
    &command_gain_add,
    &command_pool_list,
    &command_pool_spend,
    &command_estimate_agreement,
    &command_estimate_dispute,
    &command_estimate_answer,
    &command_estimate_withdraw,
    &command_estimate_disputes,
    &command_document_list,
    &command_document_show,
    &command_savings,
    &command_forecast,
    &command_audit,
    &command_completion,
    NULL,
};
/* clang-format on */

const struct command *command_find(const char *name)
{
    const struct command *const *command;

    for (command = command_table; *command != NULL; command++)
        if (strcmp((*command)->name, name) == 0)
            return *command;
    return NULL;
}
