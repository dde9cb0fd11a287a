#include <string.h>

#include "core/command/command.h"
#include "core/command/nouns.h"

/* A line each, so that a command more changes one line. Help and completion show them in this order. */
/* clang-format off */
const struct command *const command_table[] = {
    /* the installation */
    &command_init,
    &command_serve,
    &command_status,
    &command_doctor,
    &command_doctor_version,
    &command_verify,
    &command_backup,
    &command_backup_made,
    &command_restore,
    &command_upgrade,
    /* what runs */
    &command_plugin_list,
    &command_plugin_check,
    &command_plugin_new,
    &command_robot_list,
    &command_robot_show,
    &command_robot_add,
    &command_robot_pause,
    &command_robot_resume,
    &command_robot_operate,
    &command_robot_suspend,
    &command_robot_retire,
    &command_robot_remove,
    /* when */
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
    /* what happens */
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
    /* what was done */
    &command_task_import,
    &command_task_list,
    &command_task_show,
    &command_import_list,
    &command_import_begin,
    &command_import_rows,
    &command_import_finish,
    /* the organisation */
    &command_load,
    &command_export,
    &command_export_warehouse,
    &command_department_list,
    &command_department_add,
    &command_department_rename,
    &command_department_area,
    &command_department_merge,
    &command_department_split,
    &command_share_list,
    &command_share_set,
    &command_key_list,
    &command_key_set,
    /* what a task is worth */
    &command_estimate_set,
    &command_estimate_agreement,
    &command_estimate_sign,
    &command_estimate_history,
    &command_estimate_disputes,
    &command_estimate_dispute,
    &command_estimate_answer,
    &command_estimate_withdraw,
    &command_document_list,
    &command_document_show,
    &command_rate_list,
    &command_rate_set,
    &command_budget_list,
    &command_budget_set,
    &command_budget_realise,
    &command_budget_realised,
    /* money beside it */
    &command_cost_list,
    &command_cost_add,
    &command_cost_stop,
    &command_gain_list,
    &command_gain_add,
    &command_pool_list,
    &command_pool_spend,
    /* what leaders read */
    &command_savings,
    &command_explain,
    &command_changes,
    &command_net,
    &command_forecast,
    &command_gap,
    &command_report,
    &command_scorecard,
    &command_scorecard_history,
    &command_scorecard_set,
    &command_scorecard_approve,
    &command_scorecard_indicators,
    &command_scorecard_gate,
    &command_scorecard_gates,
    &command_scorecard_settings,
    &command_scorecard_bands,
    &command_scorecard_weights,
    /* what could come */
    &command_backlog_list,
    &command_backlog_show,
    &command_backlog_add,
    &command_backlog_load,
    &command_backlog_take,
    &command_backlog_change,
    &command_backlog_score,
    &command_backlog_approve,
    &command_backlog_move,
    &command_backlog_answer,
    &command_round_list,
    &command_round_show,
    &command_round_approve,
    /* what is signed off */
    &command_period_list,
    &command_period_close,
    &command_period_verify,
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
