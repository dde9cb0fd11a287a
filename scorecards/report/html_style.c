/* The style of the three forms: one accent, thin rules, room around things; sizes of paper in points. */
#include "core/base/text.h"
#include "scorecards/report/html_inner.h"
#include "scorecards/report/markup.h"

static const char everywhere[] =
    ":root{--text:#1b1f24;--muted:#5b6470;--accent:#123a63;--rule:#d3dae2;--tint:#f3f6f9;"
    "--mark:#fff1b8;--mark-edge:#8a6100}\n"
    "*{box-sizing:border-box}\n"
    "html{color:var(--text);background:#fff;font-family:system-ui,-apple-system,'Segoe UI',Roboto,"
    "'Noto Sans','Liberation Sans',Arial,sans-serif;line-height:1.55;"
    "-webkit-text-size-adjust:100%;text-size-adjust:100%}\n"
    "body{margin:0}\n"
    "h1,h2,h3{line-height:1.2;font-weight:650;color:var(--accent);text-wrap:balance;"
    "overflow-wrap:break-word;hyphens:manual}\n"
    "p,li,dd,dt,td,th,caption,figcaption{overflow-wrap:break-word}p,li,dd,th{hyphens:auto}\n"
    "a{color:#0b4f9c;text-underline-offset:.15em}\n"
    "a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid #0b4f9c;"
    "outline-offset:2px;border-radius:2px}\n"
    ".subtitle{color:var(--muted)}\n"
    ".lead{font-size:1.12em;font-weight:550}\n"
    ".warning{border-left:.3em solid var(--mark-edge);background:#fffaeb;padding:.7em 1em}\n"
    ".note{color:var(--muted);font-size:.9em;margin:.5em 0 0}\n"
    ".banner{background:var(--mark);border:2px solid var(--mark-edge);font-weight:650;"
    "padding:.6em 1em;margin:0}\n"
    "ul{padding-left:1.3em}li{margin:.3em 0}\n"
    "dl{margin:1em 0}dl>div{margin:0 0 .9em}dt{font-weight:650}dd{margin:0}\n"
    "figure{margin:1.6em 0 .6em}\n"
    "figcaption{font-weight:650;margin:0 0 .8em}\n"
    "svg.chart{display:block;width:100%;height:auto}\n"
    "figure svg.chart-scores{width:15rem}\n"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;line-height:1.35}"
    "\n"
    "caption{text-align:left;font-weight:650;padding:0 0 .5em}\n"
    "th,td{text-align:left;vertical-align:top;padding:.42em .9em .42em 0;font-weight:400;"
    "border-bottom:1px solid var(--rule)}\n"
    "th:last-child,td:last-child{padding-right:0}\n"
    "thead th{vertical-align:bottom;font-weight:600;color:var(--muted);"
    "border-bottom:2px solid var(--accent);hyphens:auto}\n"
    "th.figure,td.figure{text-align:right}\n"
    "td.figure,td.whole,th.whole{white-space:nowrap}\n"
    "td .beside{display:block;color:var(--muted);font-size:.88em;white-space:normal}\n"
    "td.none{color:var(--muted);white-space:normal}\n"
    "tr.weak>*,td.weak,th.weak{color:var(--muted);font-style:italic}\n"
    "tr.total>*{font-weight:650;border-top:2px solid var(--accent)}\n"
    "th .unit{display:none}\n"
    "td svg.chart-scores{width:9.4rem;max-width:none}\n"
    ".unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);"
    "white-space:nowrap}\n";

static const char screen[] =
    "body{font-size:1.0625rem;max-width:58rem;margin:0 auto;padding:0 1.25rem 3rem}\n"
    ".skip{position:absolute;left:-200vw;background:#fff;padding:.6em 1em;z-index:2}\n"
    ".skip:focus{left:0;top:0}\n"
    "header{padding:1.25rem 0 0}\n"
    ".banner{margin:0 0 1.25rem}\n"
    ".other{float:right;margin:0 0 0 1rem}\n"
    "h1{font-size:clamp(1.7rem,1.2rem + 2.2vw,2.5rem);margin:.2em 0 .15em}\n"
    "h2{font-size:clamp(1.4rem,1.1rem + 1.1vw,1.75rem);margin:0 0 .6em;padding-top:1.4em;"
    "border-top:1px solid var(--rule)}\n"
    "h3{font-size:1.22rem;margin:2.2em 0 .5em}\n"
    "section{margin-top:2.2rem}section section{margin-top:0}\n"
    "main:focus{outline:none}\n"
    "main p,main ul,main dl{max-width:44rem}\n"
    ".subtitle{font-size:1.1rem;margin:0 0 1rem}\n"
    "nav{background:var(--tint);padding:1rem 1.25rem;margin:1.5rem 0 0}\n"
    "nav>p{font-weight:650;margin:0 0 .4rem}\n"
    "nav ol{list-style:none;margin:0;padding:0}nav ol ol{padding-left:1rem;font-size:.93em}\n"
    "nav li{margin:.25rem 0}nav a{text-decoration:none}nav a:hover{text-decoration:underline}\n"
    ".table{margin:1.4rem 0}@media(max-width:30rem){.table>table :is(th,td)"
    "{overflow-wrap:anywhere}}\n"
    ".table table{font-size:.95rem}\n"
    ".scroll{overflow-x:auto}.scroll td.prose{min-width:16rem}\n"
    "figure .scroll>svg:not(.chart-scores){min-width:31rem}\n"
    ".scroll th[scope=row]{position:sticky;left:0;background:#fff;max-width:45vw;min-width:7rem}\n"
    "details{margin:.4rem 0 1.6rem}\n"
    "summary{cursor:pointer;color:#0b4f9c;padding:.35rem 0}\n"
    "footer{border-top:1px solid var(--rule);margin-top:3rem;color:var(--muted);font-size:.9rem}\n"
    "@media(min-width:44rem){dl>div{display:grid;grid-template-columns:14rem 1fr;"
    "column-gap:1.5rem}nav>ol{columns:2;column-gap:2.5rem}nav>ol>li{break-inside:avoid}}\n"
    "@media(min-width:76rem){body{max-width:84rem;display:grid;grid-template-columns:14rem 1fr;"
    "column-gap:2.5rem}.table table{font-size:.88rem}.scroll td.prose{min-width:11rem}"
    "header,footer{grid-column:1/-1}"
    "nav{position:sticky;top:1rem;align-self:start;max-height:calc(100vh - 2rem);overflow-y:auto}"
    "nav>ol{columns:1}main{min-width:0}main>section:first-child h2{border-top:0;padding-top:0}"
    "main>section:first-child{margin-top:1.5rem}}\n";

/* Paper, and a screen's page when it is printed. */
static const char paper[] =
    "html{font-size:10pt}\n"
    "body{max-width:none;display:block;padding:0;margin:0;font-size:10pt;line-height:1.45}\n"
    ".skip,.other{display:none}\n"
    "header{padding:0}\n"
    "h1{font-size:24pt;margin:14mm 0 2mm}\n"
    ".banner{margin:0;padding:2mm 4mm}\n"
    ".subtitle{font-size:12.5pt;margin:0 0 8mm}\n"
    "h2{font-size:16pt;margin:0 0 4mm;padding-top:9mm;border:0}\n"
    "h3{font-size:12.5pt;margin:6mm 0 2mm}\n"
    "h1,h2,h3,caption,figcaption,thead{break-after:avoid}\n"
    "section{margin:0}.begins{break-before:page}.begins>h2,.begins>h3{padding-top:0;margin-top:0}\n"
    "dl{font-size:8.4pt;line-height:1.28}p,ul,dl{margin:0 0 "
    "3mm;max-width:none;orphans:3;widows:3}\n"
    "dl>div{display:grid;grid-template-columns:42mm 1fr;column-gap:4mm;margin:0;padding:.35mm 0;"
    "border-bottom:.5pt solid var(--rule);break-inside:avoid}\n"
    "nav{background:none;padding:0;margin:0 0 "
    "4mm;position:static;max-height:none;overflow:visible}\n"
    "nav>p{font-weight:650;margin:0 0 1mm}\n"
    "nav>ol{columns:2;column-gap:10mm;list-style:none;margin:0;padding:0}\n"
    "nav li{margin:.6mm 0;break-inside:avoid}nav ol ol{display:none}\n"
    "nav a{color:inherit;text-decoration:none}\n"
    "figure{margin:4mm 0 3mm;break-inside:avoid}figcaption{margin:0 0 2.5mm}\n"
    "figure svg{min-width:0;max-height:215mm}figure svg.chart-scores{width:50mm}\n"
    ".table{margin:3mm 0 5mm}.scroll{overflow:visible}.scroll td.prose{min-width:0}\n"
    ".table table{font-size:var(--print,9pt)}\n"
    ".heads td .unit{display:none}.heads th .unit{display:inline}\n"
    "th,td{padding:.26em .8em .26em 0}.breaks td{overflow-wrap:anywhere}"
    "thead th.figure{width:4.4em}\n"
    ".short{break-inside:avoid}thead{display:table-header-group}tr{break-inside:avoid}"
    "tr.total,tbody>tr:nth-last-child(-n+4):not(:first-child){break-before:avoid}"
    "tbody>tr:nth-child(-n+3):not(:last-child){break-after:avoid}.note{break-before:avoid}\n"
    ".scroll th[scope=row]{position:static;max-width:none;min-width:0}\n"
    ".wide{page:wide}\n"
    "td svg.chart-scores{width:calc(7.6*var(--print,9pt))}\n"
    ".dense{font-size:8.5pt;line-height:1.3}.dense .lead{font-size:1em}.dense :is(p,ul){margin:0 0 "
    "1.6mm}"
    ".dense .table{margin:1mm 0 1.8mm}.dense :is(th,td){padding:.12em .7em .12em 0}.dense "
    "table{line-height:1.25}"
    ".dense figure{margin:1mm 0 0}.dense figcaption{margin:0 0 .5mm}.dense caption{padding:0 0 "
    ".3em}"
    ".dense details{display:none}\n"
    "details{margin:0}summary{display:none}\n"
    "details::details-content{content-visibility:visible;display:block;height:auto}\n"
    "footer{display:none}\n"
    "@media screen{body{padding:1rem}nav li{padding:.5em 0}}\n";

static const char slides[] =
    "html{background:#e5e9ee}\n"
    ".slide{container-type:inline-size;width:min(100%,177.78vh);aspect-ratio:16/9;"
    "margin:0 auto 1.5vh;background:#fff;overflow:hidden;display:flex;flex-direction:column;"
    "padding:3.2vmin 4vmin}\n"
    ".kicker{font-size:max(1.5cqw,.8rem);color:var(--muted);margin:0;letter-spacing:.02em}\n"
    ".slide h2{font-size:max(3cqw,1.2rem);margin:.15em 0 .35em}\n"
    ".long h2{font-size:max(2.3cqw,1.1rem)}\n"
    ".stage{flex:1 1 0;min-height:0;font-size:max(1.9cqw,.95rem)}\n"
    ".drawn{display:grid;grid-template-columns:29% minmax(0,1fr);"
    "grid-template-rows:minmax(0,1fr) auto;column-gap:2.5cqw}\n"
    ".drawn h2{font-size:max(2.6cqw,1.2rem);text-wrap:wrap;margin-top:.5em}"
    ".drawn.long h2{font-size:max(2.1cqw,1.1rem)}.drawn .foot{grid-column:1/-1}\n"
    ".drawn figure{margin:0;min-height:0;display:flex;flex-direction:column}"
    ".drawing{flex:1 1 0;min-height:0}.drawing svg.chart{width:100%;height:100%}\n"
    "figcaption{font-size:max(1.4cqw,.85rem);font-weight:400;color:var(--muted);"
    "margin:.6em 0 0;text-align:center}\n"
    ".stage table{font-size:max(1.45cqw,.85rem)}.stage caption{font-weight:400;"
    "color:var(--muted)}\n"
    ".stage .note{font-size:max(1.4cqw,.85rem)}\n"
    ".stage td svg.chart-scores{width:9cqw}\n"
    ".stage p,.stage ul{margin:0 0 .7em}.stage dl{margin:0}\n"
    ".foot{display:flex;gap:2cqw;align-items:baseline;font-size:max(1.1cqw,.7rem);"
    "color:var(--muted);padding-top:1.2cqw}\n"
    ".foot .mark{background:var(--mark);color:var(--text);border:1px solid var(--mark-edge);"
    "padding:.1em .6em;font-weight:650;flex:none;max-width:50%}\n"
    ".foot .number{margin-left:auto;white-space:nowrap}\n"
    ".first .banner{font-size:max(1.9cqw,1rem)}\n"
    ".first h1{font-size:max(5.2cqw,1.6rem);margin:auto 0 .2em}\n"
    ".first .subtitle{font-size:max(2.4cqw,1.1rem);margin:0 0 auto}\n"
    "@media screen and (max-width:48rem){"
    ".slide,.drawn{display:block;aspect-ratio:auto;width:auto;padding:1rem;margin-bottom:1rem}"
    ".scroll{overflow-x:auto}.drawing svg.chart{height:auto}"
    ".foot{flex-wrap:wrap}.stage td svg.chart-scores{width:9rem}}\n"
    "@page{size:338.67mm 190.5mm;margin:0}\n"
    "@media print{html{background:#fff}"
    ".slide{width:338.67mm;height:190.5mm;aspect-ratio:auto;margin:0;padding:9mm 13mm;"
    "break-after:page;break-inside:avoid}.slide:last-child{break-after:auto}}\n";

/* Margins, and in them what stands on every page. */
static void put_pages(const struct page *page)
{
    static const char *const sizes[][2] = {{"", "A4"}, {" wide", "A4 landscape"}};
    const struct document *document = page->document;
    struct text *target = page->target;
    size_t i;

    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        text_printf(target, "@page%s{size:%s;margin:16.5mm 16mm 17mm;", sizes[i][0], sizes[i][1]);
        if (document->mark != NULL) {
            text_append_string(target, "@top-left{content:\"");
            markup_put_style(target, document->mark);
            text_append_string(target, "\";font-size:8.5pt;font-weight:650;color:#1b1f24;"
                                       "vertical-align:middle}");
        }
        text_append_string(target, "@bottom-left{width:80%;content:\"");
        if (document->made != NULL)
            markup_put_style(target, document->made);
        text_append_string(target, "\";font-size:8pt;color:#5b6470;vertical-align:middle}"
                                   "@bottom-right{content:\"");
        markup_put_style(target, words(document->language, WORDS_PAGE_BEFORE_NUMBER));
        text_append_string(target, " \" counter(page) \" ");
        markup_put_style(target, words(document->language, WORDS_PAGE_BETWEEN_NUMBERS));
        text_append_string(target, " \" counter(pages);font-size:8.5pt;color:#1b1f24;"
                                   "vertical-align:middle;white-space:nowrap}}\n");
    }
}

void html_style(const struct page *page)
{
    struct text *target = page->target;

    text_append_string(target, everywhere);
    switch (page->form) {
    case HTML_SCREEN:
        text_append_string(target, screen);
        put_pages(page);
        text_append_string(target, "@media print{\n");
        text_append_string(target, paper);
        text_append_string(target, "}\n");
        return;
    case HTML_PAPER:
        put_pages(page);
        text_append_string(target, paper);
        return;
    case HTML_SLIDES:
        text_append_string(target, slides);
        return;
    }
}
