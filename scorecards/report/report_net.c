/* What the robots cost, and when they have paid for themselves. */
#include <string.h>

#include "scorecards/report/chart.h"
#include "scorecards/report/report_inner.h"

/* ids of columns are those of `net --format json`. */
static const struct report_column columns[] = {
    {"name", WORDS_REPORT_ROBOT, KIND_TEXT, 0, false},
    {"saved", WORDS_REPORT_SAVED, KIND_KRONER, 0, false},
    {"realised", WORDS_REPORT_REALISED, KIND_KRONER, 0, false},
    {"gains", WORDS_REPORT_GAINS, KIND_KRONER, 0, false},
    {"development", WORDS_REPORT_DEVELOPMENT, KIND_KRONER, 0, false},
    {"running", WORDS_REPORT_RUNNING, KIND_KRONER, 0, false},
    {"net", WORDS_REPORT_NET_HEAD, KIND_KRONER, 0, false},
    {"payback", WORDS_REPORT_PAYBACK, KIND_TEXT, 0, false},
};

static bool is_retired(const struct composing *composing, const struct net_row *row)
{
    const struct robot *robot = robot_list_find(report_robots(composing), row->id);

    return robot != NULL && strcmp(robot_state_word(robot, composing->query.as_of), "retired") == 0;
}

static const char *payback_of(struct composing *composing, const struct net_row *row)
{
    const struct net_payback *payback = &row->payback;

    switch (payback->state) {
    case NET_PAYBACK_NONE:
        return report_word(composing, WORDS_REPORT_PAYBACK_NONE);
    case NET_PAYBACK_REACHED:
        return SAY(composing, WORDS_REPORT_PAYBACK_REACHED, shown_month(composing, payback->month));
    case NET_PAYBACK_EXPECTED:
        return SAY(composing, WORDS_REPORT_PAYBACK_EXPECTED,
                   shown_month(composing, payback->month));
    case NET_PAYBACK_NEVER:
        return report_word(composing, is_retired(composing, row) ? WORDS_REPORT_PAYBACK_RETIRED
                                                                 : WORDS_REPORT_PAYBACK_NEVER);
    case NET_PAYBACK_UNKNOWN:
        return report_word(composing, WORDS_REPORT_PAYBACK_UNKNOWN);
    }
    return "";
}

static void put_row(struct composing *composing, struct document_table *table,
                    const struct net_row *row)
{
    document_cell_number(table, row->saved);
    document_cell_number(table, row->realised);
    document_cell_number(table, row->gains);
    document_cell_number(table, row->development);
    document_cell_number(table, row->running);
    document_cell_number(table, row->net);
    document_cell_text(table, payback_of(composing, row));
}

static void put_chart(struct composing *composing, struct document_table *table)
{
    const struct net_row *total = &composing->figures.net.total;
    const struct chart_step steps[] = {
        {report_word(composing, WORDS_REPORT_GAINS), total->gains},
        {report_word(composing, WORDS_REPORT_DEVELOPMENT), -total->development},
        {report_word(composing, WORDS_REPORT_RUNNING), -total->running},
    };
    struct chart chart = {
        composing->language, "net-chart", report_word(composing, WORDS_REPORT_CHART_NET),
        SAY(composing, WORDS_REPORT_CHART_NET_IS, shown_kroner(composing, total->saved),
            shown_kroner(composing, total->net)),
        report_word(composing, WORDS_REPORT_KRONER_UNIT)};
    struct text svg;

    text_init(&svg, DOCUMENT_BYTES_MAX);
    chart_steps(&svg, &chart,
                &(struct chart_change){.before_label = report_word(composing, WORDS_REPORT_SAVED),
                                       .after_label = report_word(composing, WORDS_REPORT_NET_HEAD),
                                       .before = total->saved,
                                       .after = total->net,
                                       .steps = steps,
                                       .count = sizeof steps / sizeof steps[0]});
    document_figure(table, chart.title, report_keep(composing, &svg));
}

static const char *sentence_of(struct composing *composing)
{
    const struct net_row *total = &composing->figures.net.total;
    int64_t cost = total->development + total->running;
    int64_t money = total->realised + total->gains;
    enum words id = total->net >= 0 ? WORDS_REPORT_NET_MORE : WORDS_REPORT_NET_LESS;

    if (cost == 0)
        return report_word(composing, WORDS_REPORT_NET_NO_COST);
    return report_both(composing,
                       SAY(composing, id, shown_kroner(composing, total->saved + total->gains),
                           shown_kroner(composing, cost),
                           shown_kroner(composing, total->net >= 0 ? total->net : -total->net)),
                       SAY(composing, WORDS_REPORT_NET_MONEY, shown_kroner(composing, money),
                           shown_kroner(composing, total->realised),
                           shown_kroner(composing, total->gains),
                           shown_kroner(composing, money >= cost ? money - cost : cost - money),
                           report_word(composing, money >= cost ? WORDS_REPORT_NET_MONEY_MORE
                                                                : WORDS_REPORT_NET_MONEY_LESS)));
}

/* Robots of which no cost is recorded; "": none, or of none is one. */
static const char *without_cost(struct composing *composing)
{
    const struct net *net = &composing->figures.net;
    const char *names = "";
    size_t i;

    if (net->total.development + net->total.running == 0)
        return "";
    for (i = 0; i < net->row_count; i++)
        if (net->rows[i].development == 0 && net->rows[i].running == 0 &&
            strcmp(net->rows[i].id, SAVINGS_CROSS_ID) != 0)
            names = report_with(composing, names, net->rows[i].name);
    return names[0] == '\0' ? "" : SAY(composing, WORDS_REPORT_NET_UNCOSTED, names);
}

int report_net(struct composing *composing, struct fault *fault)
{
    const struct net *net = &composing->figures.net;
    const char *uncosted = without_cost(composing);
    struct document_table *table;
    size_t i;

    (void)fault;
    report_section(composing, "net", WORDS_REPORT_NET);
    document_message(composing->document, sentence_of(composing));
    report_lead(composing, sentence_of(composing));
    report_paragraph(composing,
                     SAY(composing, WORDS_REPORT_NET_LEAD, shown_day(composing, net->to_day)));
    if (uncosted[0] != '\0')
        report_warning(composing, uncosted);
    table = TABLE(composing, "net-robots", WORDS_REPORT_TABLE_NET, columns);
    for (i = 0; i < net->row_count; i++) {
        document_row(table, net->rows[i].id, ROW_PLAIN);
        document_cell_text(table, net->rows[i].name);
        put_row(composing, table, &net->rows[i]);
    }
    document_row(table, "total", ROW_TOTAL);
    document_cell_text(table, report_word(composing, WORDS_REPORT_TOTAL));
    put_row(composing, table, &net->total);
    document_note(table, report_word(composing, WORDS_REPORT_TABLE_NET_NOTE));
    put_chart(composing, table);
    return 0;
}
