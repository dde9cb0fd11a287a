#include <errno.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "table_xlsx_inner.h"

enum {
    CHUNK = 65536,
    RATIO_FROM = 1 << 20, /* the ratio counts in parts over this: small ones harm nobody */
    ATTRIBUTES_MAX = 256, /* libxml2 compares each of an element with each */
    ATTRIBUTE_PARTS = 5,  /* name, prefix, URI, value, its end */
    DEPTH_MAX = 100,      /* of elements; libxml2 has no limit for a stream */
    NAMES_MAX = 1 << 18   /* bytes of all names of a part: it keeps each, ever slower */
};

/* A part on its way through the parser. */
struct parse {
    struct ag_xlsx *book;
    const struct ag_xlsx_listener *listener;
    xmlParserCtxt *parser;
    int result;
    bool is_in_tag;
    char quote;
    unsigned attributes;
    unsigned depth;
};

static int broken(const struct ag_xlsx *book)
{
    return ag_table_fail(book->problem, -EINVAL,
                         "Excel-filen er ødelagt eller afkortet; hent den igen, eller åbn den i "
                         "Excel og gem den på ny");
}

static int locked(const struct ag_xlsx *book)
{
    return ag_table_fail(book->problem, -EINVAL,
                         "Excel-filen er låst med en adgangskode; gem den uden");
}

static void stop(struct parse *parse, int result)
{
    if (result < 0 && parse->result == 0) {
        parse->result = result;
        xmlStopParser(parse->parser);
    }
}

/* The parameters are libxml2's. NOLINTNEXTLINE(readability-function-size) */
static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespace_count, const xmlChar **namespaces, int attribute_count,
                     int defaulted_count, const xmlChar **attributes)
{
    struct parse *parse = context;
    struct ag_xlsx_tag tag = {(const char *)name, attributes, attribute_count};

    (void)prefix;
    (void)uri;
    (void)namespace_count;
    (void)namespaces;
    (void)defaulted_count;
    if (++parse->depth > DEPTH_MAX)
        stop(parse, broken(parse->book));
    if (parse->result == 0)
        stop(parse, parse->listener->start(parse->listener->context, &tag));
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct parse *parse = context;

    (void)prefix;
    (void)uri;
    parse->depth--;
    if (parse->result == 0 && parse->listener->end != NULL)
        stop(parse, parse->listener->end(parse->listener->context, (const char *)name));
}

static void on_text(void *context, const xmlChar *text, int length)
{
    struct parse *parse = context;

    if (parse->result == 0 && parse->listener->text != NULL)
        stop(parse,
             parse->listener->text(parse->listener->context, (const char *)text, (size_t)length));
}

/* Told before anything of it is read. No writer of XLSX makes one; entities need it. */
static void on_document_type(void *context, const xmlChar *name, const xmlChar *public_id,
                             const xmlChar *system_id)
{
    struct parse *parse = context;

    (void)name;
    (void)public_id;
    (void)system_id;
    stop(parse, broken(parse->book));
}

/* Counts attributes before libxml2 sees them. Inside a tag there is no other `<`, and values are
 * quoted; elsewhere a miscount ends at the next tag. */
static bool has_too_many_attributes(struct parse *parse, const char *bytes, size_t length)
{
    size_t i;

    for (i = 0; i < length; i++) {
        char c = bytes[i];

        if (c == '<') {
            parse->is_in_tag = true;
            parse->quote = '\0';
            parse->attributes = 0;
        } else if (!parse->is_in_tag) {
            const char *next = memchr(bytes + i, '<', length - i);

            if (next == NULL)
                return false;
            i = (size_t)(next - bytes) - 1;
        } else if (parse->quote != '\0') {
            parse->quote = c == parse->quote ? '\0' : parse->quote;
        } else if (c == '"' || c == '\'') {
            parse->quote = c;
        } else if (c == '>') {
            parse->is_in_tag = false;
        } else if (c == '=' && ++parse->attributes > ATTRIBUTES_MAX) {
            return true;
        }
    }
    return false;
}

static int feed(struct parse *parse, const char *bytes, size_t length, bool is_first)
{
    if (is_first && length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        length -= 3;
    }
    if (has_too_many_attributes(parse, bytes, length))
        return broken(parse->book);
    if (xmlParseChunk(parse->parser, bytes, (int)length, 0) != 0 && parse->result == 0)
        return broken(parse->book);
    return parse->result;
}

static int too_large(const struct ag_xlsx *book)
{
    return ag_table_fail(book->problem, -E2BIG,
                         "Excel-filen fylder for meget, når den pakkes ud (over %zu MiB, eller "
                         "over %u gange så meget som pakket); del den i flere filer, eller gem "
                         "arket som CSV",
                         book->limits->unpacked_bytes >> 20, book->limits->ratio);
}

/* Feeds the whole part, to its end: only there is its checksum compared. */
static int feed_all(struct parse *parse, zip_file_t *file, size_t packed)
{
    struct ag_xlsx *book = parse->book;
    char *bytes = malloc(CHUNK);
    size_t done = 0;
    zip_int64_t got = 1;
    int result = bytes == NULL ? ag_table_no_memory(book->problem) : 0;

    while (result == 0 && got > 0) {
        got = zip_fread(file, bytes, CHUNK);
        if (got < 0) {
            result = broken(book);
        } else if ((size_t)got > book->limits->unpacked_bytes - book->unpacked ||
                   (done + (size_t)got > RATIO_FROM &&
                    done + (size_t)got > packed * book->limits->ratio)) {
            result = too_large(book);
        } else if (got > 0) {
            result = feed(parse, bytes, (size_t)got, done == 0);
            done += (size_t)got;
            book->unpacked += (size_t)got;
        }
    }
    if (result == 0 && xmlParseChunk(parse->parser, NULL, 0, 1) != 0)
        result = parse->result < 0 ? parse->result : broken(book);
    free(bytes);
    return result == 0 ? parse->result : result;
}

/* The part's number. Names of parts are equal without regard to case (ECMA-376 part 2), and a
 * writer may have put a slash before them. */
static int find(const struct ag_xlsx *book, const char *part, zip_uint64_t *ret_index)
{
    zip_int64_t count = zip_get_num_entries(book->archive, 0);
    zip_int64_t found = -1;
    zip_int64_t i;

    for (i = 0; i < count; i++) {
        const char *name = zip_get_name(book->archive, (zip_uint64_t)i, ZIP_FL_ENC_RAW);

        if (name != NULL && strcasecmp(name + (*name == '/'), part) == 0) {
            if (found >= 0) /* which of the two would Excel take? */
                return broken(book);
            found = i;
        }
    }
    if (found < 0)
        return -ENOENT;
    *ret_index = (zip_uint64_t)found;
    return 0;
}

static xmlParserCtxt *parser_new(struct parse *parse)
{
    xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
                             .startElementNs = on_start,
                             .endElementNs = on_end,
                             .characters = on_text,
                             .cdataBlock = on_text,
                             .internalSubset = on_document_type};
    xmlParserCtxt *parser = xmlCreatePushParserCtxt(&handler, parse, NULL, 0, NULL);

    if (parser == NULL)
        return NULL;
    /* UTF-8 whatever the part says: the count of attributes above knows nothing else. */
    if (xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                      XML_PARSE_IGNORE_ENC) != 0 ||
        xmlSwitchEncoding(parser, XML_CHAR_ENCODING_UTF8) != 0) {
        xmlFreeParserCtxt(parser);
        return NULL;
    }
    (void)xmlDictSetLimit(parser->dict, NAMES_MAX);
    return parser;
}

int ag_xlsx_parse(struct ag_xlsx *book, const char *part, const struct ag_xlsx_listener *listener)
{
    struct parse parse = {.book = book, .listener = listener};
    zip_file_t *file = NULL;
    zip_uint64_t index;
    zip_stat_t stat;
    size_t packed;
    int result = find(book, part, &index);

    if (result < 0)
        return result;
    if (zip_stat_index(book->archive, index, 0, &stat) != 0 ||
        (stat.valid & ZIP_STAT_COMP_SIZE) == 0)
        return broken(book);
    packed = stat.comp_size < book->file_length ? (size_t)stat.comp_size : book->file_length;
    file = zip_fopen_index(book->archive, index, 0);
    if (file == NULL)
        return zip_error_code_zip(zip_get_error(book->archive)) == ZIP_ER_NOPASSWD ? locked(book)
                                                                                   : broken(book);
    parse.parser = parser_new(&parse);
    result =
        parse.parser == NULL ? ag_table_no_memory(book->problem) : feed_all(&parse, file, packed);
    if (parse.parser != NULL)
        xmlFreeParserCtxt(parse.parser);
    (void)zip_fclose(file);
    return result;
}

bool ag_xlsx_attribute(const struct ag_xlsx_tag *tag, const char *name, char *target, size_t size)
{
    static const char ampersand[] = "&#38;"; /* how SAX hands over an & in a value */
    const unsigned char *const *attribute = tag->attributes;
    const char *at, *end;
    size_t length = 0;
    int i;

    target[0] = '\0';
    for (i = 0; i < tag->attribute_count; i++, attribute += ATTRIBUTE_PARTS) {
        if (strcmp((const char *)attribute[0], name) == 0)
            break;
    }
    if (i == tag->attribute_count)
        return true;
    end = (const char *)attribute[4];
    for (at = (const char *)attribute[3]; at < end; at++) {
        if (length + 1 >= size) {
            target[0] = '\0';
            return false;
        }
        target[length++] = *at;
        if ((size_t)(end - at) >= strlen(ampersand) &&
            memcmp(at, ampersand, strlen(ampersand)) == 0)
            at += strlen(ampersand) - 1;
    }
    target[length] = '\0';
    return true;
}

uint32_t ag_xlsx_number(const struct ag_xlsx_tag *tag, const char *name, uint32_t most,
                        uint32_t otherwise)
{
    char text[AG_XLSX_CELL_NAME_MAX];
    uint64_t value = 0;
    size_t i;

    (void)ag_xlsx_attribute(tag, name, text, sizeof(text));
    for (i = 0; text[i] >= '0' && text[i] <= '9'; i++)
        value = value * 10 + (uint64_t)(text[i] - '0');
    return i == 0 || text[i] != '\0' || value > most ? otherwise : (uint32_t)value;
}

/* Does the file hold more entries than allowed? libzip reads the whole directory when it opens,
 * however long it is, so they are counted before: each begins with this. */
static bool has_too_many_entries(const char *bytes, size_t length, size_t most)
{
    const char *end = bytes + length;
    size_t count = 0;

    while (count <= most && (bytes = memmem(bytes, (size_t)(end - bytes), "PK\1\2", 4)) != NULL) {
        bytes += 4;
        count++;
    }
    return count > most;
}

int ag_xlsx_open(struct ag_xlsx *book, const char *bytes, size_t length)
{
    static const char ole[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    zip_source_t *source;
    zip_error_t error;

    if (length >= sizeof(ole) - 1 && memcmp(bytes, ole, sizeof(ole) - 1) == 0)
        return ag_table_fail(book->problem, -EINVAL,
                             "filen er i det gamle Excel-format (.xls) eller låst med en "
                             "adgangskode; gem den som .xlsx uden adgangskode");
    if (length < 4 || memcmp(bytes, "PK", 2) != 0)
        return ag_table_fail(book->problem, -EINVAL,
                             "filen er ikke en Excel-fil (.xlsx); gem den som det");
    if (has_too_many_entries(bytes, length, book->limits->zip_entries))
        return ag_table_fail(book->problem, -E2BIG,
                             "Excel-filen er pakket af over %zu filer; gem arket alene i en ny fil",
                             book->limits->zip_entries);
    zip_error_init(&error);
    source = zip_source_buffer_create(bytes, length, 0, &error);
    if (source != NULL)
        book->archive = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (book->archive == NULL && source != NULL)
        zip_source_free(source);
    zip_error_fini(&error);
    book->file_length = length;
    return book->archive == NULL ? broken(book) : 0;
}

void ag_xlsx_close(struct ag_xlsx *book)
{
    if (book->archive != NULL)
        zip_discard(book->archive);
    book->archive = NULL;
}
