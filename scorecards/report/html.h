/*
 * html.h - a report as one HTML page that needs nothing else: no script, no font, no address is asked for.
 *
 * Ways to render:
 *   HTML_SCREEN  the page: contents, sections, figures with their tables folded behind them, from a telephone's
 *                width up; prints well too
 *   HTML_PAPER   what is printed to PDF: A4, tables unfolded, page breaks, the mark and page numbers at each foot
 *   HTML_SLIDES  landscape, one message a page with its figure or a short table, for a meeting's screen
 * WCAG 2.1 AA: language, landmarks, headings without gaps, captions and header cells, contrast, focus, reflow
 * at 320 px. A Content-Security-Policy allows styles alone.
 *
 * -E2BIG beyond DOCUMENT_BYTES_MAX; `target` is broken then. Threads: nothing is shared.
 */
#ifndef AUTOMAGI_SCORECARDS_REPORT_HTML_H
#define AUTOMAGI_SCORECARDS_REPORT_HTML_H

struct document;
struct fault;
struct text;

enum html_form { HTML_SCREEN, HTML_PAPER, HTML_SLIDES };

int html_render(const struct document *document, enum html_form form, struct text *target,
                struct fault *fault) __attribute__((warn_unused_result));

#endif
