#include "ubl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include "day.h"
#include "mask.h"
#include "money.h"
#include "tags.h"

enum refusal { REFUSAL_NONE, REFUSAL_DTD, REFUSAL_NODES, REFUSAL_DEPTH, REFUSAL_SPACES };

/* Counts while libxml2 parses; hangs on the parser's _private. */
struct guard {
    enum refusal refusal;
    int error_code, error_line; /* of the first fatal error; code 0: none */
    size_t nodes;
    size_t depth;
    size_t spaces;                      /* namespaces declared on the elements that are open */
    size_t declared[UBL_DEPTH_MAX + 1]; /* of them, by each */
    startElementNsSAX2Func start;
    endElementNsSAX2Func end;
    commentSAXFunc comment;
    processingInstructionSAXFunc instruction;
    cdataBlockSAXFunc cdata;
};

static struct guard *guard_of(void *context)
{
    return ((xmlParserCtxt *)context)->_private;
}

static void guard_refuse(void *context, enum refusal refusal)
{
    struct guard *guard = guard_of(context);

    if (guard->refusal == REFUSAL_NONE)
        guard->refusal = refusal;
    xmlStopParser(context);
}

/* True while there is room for `count` more nodes. */
static bool guard_count(void *context, size_t count)
{
    struct guard *guard = guard_of(context);

    guard->nodes += count;
    if (guard->nodes > UBL_NODES_MAX)
        guard_refuse(context, REFUSAL_NODES);
    return guard->refusal == REFUSAL_NONE;
}

static void on_dtd(void *context, const xmlChar *name, const xmlChar *external,
                   const xmlChar *system)
{
    (void)name;
    (void)external;
    (void)system;
    guard_refuse(context, REFUSAL_DTD);
}

/* The parameters are libxml2's. NOLINTNEXTLINE(readability-function-size) */
static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int space_count, const xmlChar **spaces, int attribute_count,
                     int default_count, const xmlChar **attributes)
{
    struct guard *guard = guard_of(context);

    if (++guard->depth > UBL_DEPTH_MAX) {
        guard_refuse(context, REFUSAL_DEPTH);
        return;
    }
    guard->declared[guard->depth] = (size_t)space_count;
    guard->spaces += (size_t)space_count;
    if (guard->spaces > UBL_SPACES_MAX)
        guard_refuse(context, REFUSAL_SPACES);
    else if (guard_count(context, 1 + (size_t)space_count + (size_t)attribute_count))
        guard->start(context, name, prefix, uri, space_count, spaces, attribute_count,
                     default_count, attributes);
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct guard *guard = guard_of(context);

    if (guard->refusal != REFUSAL_NONE)
        return;
    guard->spaces -= guard->declared[guard->depth];
    guard->depth--;
    guard->end(context, name, prefix, uri);
}

static void on_comment(void *context, const xmlChar *text)
{
    if (guard_count(context, 1))
        guard_of(context)->comment(context, text);
}

static void on_instruction(void *context, const xmlChar *target, const xmlChar *data)
{
    if (guard_count(context, 1))
        guard_of(context)->instruction(context, target, data);
}

static void on_cdata(void *context, const xmlChar *text, int length)
{
    if (guard_count(context, 1))
        guard_of(context)->cdata(context, text, length);
}

/* A document with one error is refused, so what comes after it is not worth reading. It costs,
 * too: libxml2 keeps a copy of all of a comment so far for each "--" in it. xmlStopParser() would
 * free the bytes that are just being read; this stops as soon, and frees nothing. */
static void on_error(void *pointer, xmlError *error)
{
    xmlParserCtxt *context = pointer;

    if (error->level != XML_ERR_FATAL)
        return;
    if (guard_of(pointer)->error_code == 0) {
        guard_of(pointer)->error_code = error->code;
        guard_of(pointer)->error_line = error->line;
    }
    context->instate = XML_PARSER_EOF;
    context->disableSAX = 1;
}

static void guard_attach(struct guard *guard, xmlParserCtxt *context)
{
    xmlSAXHandler *sax = context->sax;

    context->_private = guard;
    guard->start = sax->startElementNs;
    guard->end = sax->endElementNs;
    guard->comment = sax->comment;
    guard->instruction = sax->processingInstruction;
    guard->cdata = sax->cdataBlock;
    sax->startElementNs = on_start;
    sax->endElementNs = on_end;
    sax->comment = on_comment;
    sax->processingInstruction = on_instruction;
    sax->cdataBlock = on_cdata;
    sax->internalSubset = on_dtd;
    sax->externalSubset = on_dtd;
    sax->serror = on_error;
}

/* What is wrong with the XML, for somebody who has never seen libxml2. */
static const char *error_words(int code)
{
    switch (code) {
    case XML_ERR_DOCUMENT_EMPTY:
        return "filen er tom eller begynder ikke som XML";
    case XML_ERR_TAG_NAME_MISMATCH:
        return "et start- og et slutmærke passer ikke sammen";
    case XML_ERR_TAG_NOT_FINISHED:
    case XML_ERR_DOCUMENT_END:
    case XML_ERR_GT_REQUIRED:
    case XML_ERR_LTSLASH_REQUIRED:
        return "filen er afkortet eller har et mærke, der ikke er lukket";
    case XML_ERR_INVALID_ENCODING:
    case XML_ERR_INVALID_CHAR:
    case XML_ERR_UNKNOWN_ENCODING:
    case XML_ERR_UNSUPPORTED_ENCODING:
    case XML_I18N_CONV_FAILED:
        return "filen har tegn, der ikke passer med dens tegnsæt";
    case XML_ERR_UNDECLARED_ENTITY:
        return "filen bruger en entitet, som ikke findes";
    case XML_ERR_ATTRIBUTE_REDEFINED:
        return "en attribut står to gange i samme mærke";
    case XML_NS_ERR_UNDEFINED_NAMESPACE:
        return "filen bruger et navnerum, som ikke er erklæret";
    default:
        return "filen er ikke gyldig XML";
    }
}

static void open_problem(struct ubl *ubl, const struct guard *guard, xmlParserCtxt *context)
{
    const xmlError *last = xmlCtxtGetLastError(context); /* that of a namespace is not fatal */
    int code = guard->error_code != 0 || last == NULL ? guard->error_code : last->code;
    int line = guard->error_code != 0 || last == NULL ? guard->error_line : last->line;

    switch (guard->refusal) {
    case REFUSAL_DTD:
        ubl_fail(ubl, NULL, "filen har en DTD (<!DOCTYPE>), og det tillades ikke");
        return;
    case REFUSAL_NODES:
        ubl_fail(ubl, NULL, "filen har over %d elementer og attributter", UBL_NODES_MAX);
        return;
    case REFUSAL_DEPTH:
        ubl_fail(ubl, NULL, "filen har elementer i over %d lag", UBL_DEPTH_MAX);
        return;
    case REFUSAL_SPACES:
        ubl_fail(ubl, NULL, "filen har over %d navnerum på samme sted", UBL_SPACES_MAX);
        return;
    case REFUSAL_NONE:
        break;
    }
    if (code == 0)
        ubl_fail(ubl, NULL, "%s", error_words(0));
    else
        ubl_fail(ubl, NULL, "linje %d: %s (XML-fejl %d)", line, error_words(code), code);
}

/* Only encodings that libxml2 knows by itself: any other it would hand to iconv. The
 * declaration is read here, before libxml2 sees the first byte. */
static bool encoding_is_known(const char *bytes, size_t size)
{
    static const char name[] = "encoding";
    char head[256];
    const char *at;
    size_t length;

    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        size -= 3;
    }
    length = size < sizeof(head) ? size : sizeof(head) - 1;
    memcpy(head, bytes, length);
    head[length] = '\0';
    /* UTF-16 and its like have a NUL among the first, or begin with other bytes than '<'. */
    if (strlen(head) != length || head[strspn(head, " \t\r\n")] != '<')
        return false;
    if (strncmp(head, "<?xml", 5) != 0)
        return true;
    head[strcspn(head, ">")] = '\0';
    at = strstr(head, name);
    if (at == NULL)
        return strchr(head, '?') != strrchr(head, '?'); /* "<?xml ... ?": it ended in sight */
    at += strlen(name);
    at += strspn(at, " \t\r\n=\"'");
    length = strcspn(at, "\"'");
    return (length == 5 && strncasecmp(at, "UTF-8", 5) == 0) ||
           (length == 10 && strncasecmp(at, "ISO-8859-1", 10) == 0);
}

/* libxml2 writes some errors to stderr whatever it was told; they may hold the document's text. */
static void quiet(void *context, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void quiet(void *context, const char *format, ...)
{
    (void)context;
    (void)format;
}

int ubl_open(struct ubl *ubl, const void *bytes, size_t size)
{
    const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                        XML_PARSE_COMPACT | XML_PARSE_BIG_LINES;
    struct guard guard = {.refusal = REFUSAL_NONE};
    xmlParserCtxt *context = NULL;
    size_t crowded;

    memset(ubl, 0, sizeof(*ubl));
    if (size == 0 || size > UBL_SIZE_MAX) {
        ubl_fail(ubl, NULL, size == 0 ? "filen er tom" : "filen er over 4 MiB");
        return -EINVAL;
    }
    if (!encoding_is_known(bytes, size)) {
        ubl_fail(ubl, NULL, "filen begynder ikke som XML i tegnsættet UTF-8 eller ISO-8859-1");
        return -EINVAL;
    }
    crowded = tags_crowded(bytes, size);
    if (crowded != 0) {
        ubl_fail(ubl, NULL, "linje %zu: et mærke har over %d attributter", crowded,
                 TAGS_ATTRIBUTES_MAX);
        return -EINVAL;
    }
    xmlSetGenericErrorFunc(NULL, quiet);
    context = xmlNewParserCtxt();
    if (context == NULL) {
        ubl_fail(ubl, NULL, "der er ikke hukommelse nok til at læse filen");
        return -EINVAL;
    }
    guard_attach(&guard, context);
    ubl->document = xmlCtxtReadMemory(context, bytes, (int)size, NULL, NULL, options);
    /* Namespace errors leave a document behind; it is refused all the same. */
    if (ubl->document == NULL || guard.refusal != REFUSAL_NONE || context->wellFormed == 0 ||
        context->nsWellFormed == 0)
        open_problem(ubl, &guard, context);
    xmlFreeParserCtxt(context);
    return ubl->failed ? -EINVAL : 0;
}

void ubl_close(struct ubl *ubl)
{
    xmlFreeDoc(ubl->document);
    ubl->document = NULL;
}

void ubl_fail(struct ubl *ubl, const xmlNode *node, const char *format, ...)
{
    char text[UBL_PROBLEM_MAX];
    int used = 0;
    va_list arguments;

    if (ubl->failed)
        return;
    ubl->failed = true;
    if (node != NULL)
        used = snprintf(text, sizeof(text), "linje %ld: ", xmlGetLineNo(node));
    va_start(arguments, format);
    (void)vsnprintf(text + used, sizeof(text) - (size_t)used, format, arguments);
    va_end(arguments);
    (void)mask_line(text, ubl->problem, sizeof(ubl->problem));
}

static bool is_named(const xmlNode *node, const char *space, const char *name)
{
    return node->type == XML_ELEMENT_NODE && node->ns != NULL && node->ns->href != NULL &&
           strcmp((const char *)node->name, name) == 0 &&
           strcmp((const char *)node->ns->href, space) == 0;
}

static const xmlNode *child_after(const xmlNode *parent, const xmlNode *previous, const char *space,
                                  const char *name)
{
    const xmlNode *node = previous != NULL ? previous->next : parent->children;

    while (node != NULL && !is_named(node, space, name))
        node = node->next;
    return node;
}

static const xmlNode *only_child(struct ubl *ubl, const xmlNode *parent, const char *space,
                                 const char *name)
{
    const xmlNode *found = NULL;

    if (ubl->failed || parent == NULL)
        return NULL;
    found = child_after(parent, NULL, space, name);
    if (found != NULL && child_after(parent, found, space, name) != NULL) {
        ubl_fail(ubl, found, "%s står mere end én gang", name);
        return NULL;
    }
    return found;
}

const xmlNode *ubl_part(const struct ubl *ubl, const xmlNode *parent, const char *name,
                        const xmlNode *previous)
{
    return ubl->failed || parent == NULL ? NULL : child_after(parent, previous, UBL_CAC, name);
}

const xmlNode *ubl_only_part(struct ubl *ubl, const xmlNode *parent, const char *name)
{
    return only_child(ubl, parent, UBL_CAC, name);
}

/* Copies the text below `parent`, which may hold nothing else than text. */
static bool text_copy(struct ubl *ubl, const xmlNode *parent, const xmlNode *first, char *target,
                      size_t size)
{
    const char *start;
    const xmlNode *node;
    size_t used = 0;

    for (node = first; node != NULL; node = node->next) {
        size_t length;

        if (node->type == XML_COMMENT_NODE || node->type == XML_PI_NODE)
            continue;
        if (node->type != XML_TEXT_NODE && node->type != XML_CDATA_SECTION_NODE) {
            ubl_fail(ubl, parent, "%s må kun indeholde tekst", (const char *)parent->name);
            return false;
        }
        /* Blanks before the text are not stored: they may be many. */
        start = node->content == NULL ? "" : (const char *)node->content;
        for (; used == 0 && *start != '\0' && strchr(" \t\r\n", *start) != NULL;)
            start++;
        length = strlen(start);
        while (node->next == NULL && length > 0 && strchr(" \t\r\n", start[length - 1]) != NULL)
            length--;
        if (used + length >= size) {
            ubl_fail(ubl, parent, "%s er for lang", (const char *)parent->name);
            return false;
        }
        memcpy(target + used, start, length);
        used += length;
    }
    target[used] = '\0';
    return used > 0;
}

bool ubl_text_with(struct ubl *ubl, const xmlNode *parent, const char *name, char *target,
                   size_t size, struct ubl_attribute *attribute)
{
    const xmlNode *node = only_child(ubl, parent, UBL_CBC, name);
    const xmlAttr *found;

    target[0] = '\0';
    attribute->text[0] = '\0';
    if (node == NULL)
        return false;
    for (found = node->properties; found != NULL; found = found->next) {
        if (found->ns == NULL && strcmp((const char *)found->name, attribute->name) == 0)
            (void)text_copy(ubl, node, found->children, attribute->text, sizeof(attribute->text));
    }
    return text_copy(ubl, node, node->children, target, size) && !ubl->failed;
}

bool ubl_text(struct ubl *ubl, const xmlNode *parent, const char *name, char *target, size_t size)
{
    const xmlNode *node = only_child(ubl, parent, UBL_CBC, name);

    target[0] = '\0';
    return node != NULL && text_copy(ubl, node, node->children, target, size);
}

bool ubl_day(struct ubl *ubl, const xmlNode *parent, const char *name, int32_t *ret_day)
{
    const xmlNode *node = only_child(ubl, parent, UBL_CBC, name);
    char text[32];

    if (node == NULL || !ubl_text(ubl, parent, name, text, sizeof(text)))
        return false;
    /* xs:date may carry a time zone ("Z", "+01:00"); the date is the date. */
    if (strlen(text) > 10 && strchr("Z+-", text[10]) != NULL)
        text[10] = '\0';
    if (day_parse(text, ret_day) != 0) {
        ubl_fail(ubl, node, "%s er \"%s\", men skal være en dato som 2026-01-31", name, text);
        return false;
    }
    return true;
}

static const char *number_words(int error)
{
    if (error == -ERANGE)
        return "er uden for det, der kan være på en faktura";
    return error == -EDOM ? "har for mange decimaler" : "er ikke et tal";
}

bool ubl_percent(struct ubl *ubl, const xmlNode *parent, const char *name, int32_t *ret_percent)
{
    const xmlNode *node = only_child(ubl, parent, UBL_CBC, name);
    char text[48];
    int error;

    if (node == NULL || !ubl_text(ubl, parent, name, text, sizeof(text)))
        return false;
    error = money_percent_parse(text, ret_percent);
    if (error != 0)
        ubl_fail(ubl, node, "%s \"%s\" %s", name, text, number_words(error));
    return error == 0;
}

bool ubl_money(struct ubl *ubl, const xmlNode *parent, const char *name, int64_t *ret_oere,
               char ret_currency[8])
{
    struct ubl_attribute currency = {.name = "currencyID"};
    const xmlNode *node = only_child(ubl, parent, UBL_CBC, name);
    char text[48];
    int error;

    if (node == NULL || ubl->failed)
        return false;
    if (!ubl_text_with(ubl, parent, name, text, sizeof(text), &currency)) {
        ubl_fail(ubl, node, "%s er tom", name);
        return false;
    }
    error = strlen(currency.text) < 8 ? money_parse(text, '.', ret_oere) : -EINVAL;
    if (error != 0) {
        ubl_fail(ubl, node, "%s \"%s\" %s", name, text,
                 strlen(currency.text) < 8 ? number_words(error)
                                           : "har en valuta, der er for lang");
        return false;
    }
    memcpy(ret_currency, currency.text, strlen(currency.text) + 1);
    return true;
}
