#include "core/store/signed_document.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/line.h"
#include "core/store/sql.h"

const char *signed_document_kind_word(enum signed_document_kind kind)
{
    switch (kind) {
    case DOCUMENT_ANY:
        break;
    case DOCUMENT_AGREEMENT:
        return "agreement";
    case DOCUMENT_ROUND:
        return "round";
    }
    return "?";
}

/* Whole lines of text and nothing a printer or a terminal would act on. */
static int check_body(const char *body, struct fault *fault)
{
    size_t length = body != NULL ? strlen(body) : 0;
    const char *at = body;

    if (length == 0 || length > DOCUMENT_BODY_MAX || body[length - 1] != '\n')
        return fault_set(fault, -EINVAL,
                         "a document has 1 to %d bytes of text and ends with its last line",
                         DOCUMENT_BODY_MAX);
    for (; *at != '\0'; at += strcspn(at, "\n") + 1)
        if (!text_is_line(at, strcspn(at, "\n")))
            return fault_set(fault, -EINVAL,
                             "the document has a line that is not UTF-8 or has control characters: "
                             "\"%.60s\"",
                             at);
    return 0;
}

struct lines {
    char subject[LINE_BYTES_MAX + 1], title[LINE_BYTES_MAX + 1], signed_by[LINE_BYTES_MAX + 1];
};

static int take_lines(const struct signed_document_new *document, struct lines *lines,
                      struct fault *fault)
{
    int result = line_take("the document's subject", document->subject, lines->subject, fault);

    if (result == 0)
        result = line_take("the document's title", document->title, lines->title, fault);
    if (result == 0)
        result =
            line_take_name("who signs the document", document->signed_by, lines->signed_by, fault);
    return result == 0 ? check_body(document->body, fault) : result;
}

int signed_document_add(struct store *store, const struct signed_document_new *document,
                        int64_t *ret_id, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO document(kind, subject, title, body, sha256, signed_by, signed_day, made_ms) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id";
    unsigned char hash[DOCUMENT_HASH_SIZE];
    sqlite3_stmt *statement = NULL;
    struct lines lines;
    int result = take_lines(document, &lines, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        (void)crypto_hash_sha256(hash, (const unsigned char *)document->body,
                                 strlen(document->body));
        sqlite3_bind_int(statement, 1, (int)document->kind);
        sql_bind_text(statement, 2, lines.subject);
        sql_bind_text(statement, 3, lines.title);
        sql_bind_text(statement, 4, document->body);
        sql_bind_blob(statement, 5, hash, sizeof hash);
        sql_bind_text(statement, 6, lines.signed_by);
        sqlite3_bind_int(statement, 7, document->signed_day);
        sqlite3_bind_int64(statement, 8, document->made_ms);
        result = sql_step_number(store, statement, ret_id, fault);
    }
    sql_done(statement);
    return result;
}

static int take(sqlite3_stmt *row, struct signed_document *document, struct fault *fault)
{
    const void *hash = sql_blob(row, 4);
    int result = 0;

    document->id = sqlite3_column_int64(row, 0);
    document->kind = (enum signed_document_kind)sqlite3_column_int(row, 1);
    document->subject = sql_copy(row, 2, &result);
    document->title = sql_copy(row, 3, &result);
    document->signed_by = sql_copy(row, 5, &result);
    document->signed_day = sqlite3_column_int(row, 6);
    document->made_ms = sqlite3_column_int64(row, 7);
    document->body = sql_copy(row, 8, &result);
    if (hash != NULL && sqlite3_column_bytes(row, 4) == DOCUMENT_HASH_SIZE)
        memcpy(document->sha256, hash, DOCUMENT_HASH_SIZE);
    return result < 0 ? fault_no_memory(fault) : 0;
}

int signed_document_each(struct store *store, enum signed_document_kind kind, const char *subject,
                         signed_document_each_callback *callback, void *context,
                         struct fault *fault)
{
    static const char SQL[] =
        "SELECT id, kind, subject, title, sha256, signed_by, signed_day, made_ms, NULL "
        "FROM document WHERE ?1 IN (0, kind) AND (?2 IS NULL OR subject = ?2) ORDER BY id DESC";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int(statement, 1, (int)kind);
        sql_bind_text(statement, 2, subject);
    }
    while (result == 0 && (result = sql_step(store, statement, fault)) > 0) {
        struct signed_document document = {.id = 0};

        result = take(statement, &document, fault);
        if (result == 0)
            result = callback(&document, context);
        signed_document_release(&document);
    }
    sql_done(statement);
    return result;
}

int signed_document_read(struct store *store, int64_t id, struct signed_document *ret_document,
                         struct fault *fault)
{
    static const char SQL[] = "SELECT id, kind, subject, title, sha256, signed_by, signed_day, "
                              "made_ms, body FROM document WHERE id = ?1";
    struct signed_document document = {.id = 0};
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        result = sql_step(store, statement, fault);
        if (result == 0)
            result = fault_set(fault, -ENOENT,
                               "there is no document %" PRId64 "; `automagi document list` shows "
                               "those there are",
                               id);
    }
    if (result > 0)
        result = take(statement, &document, fault);
    sql_done(statement);
    if (result < 0)
        signed_document_release(&document);
    else
        *ret_document = document;
    return result;
}

int signed_document_find(struct store *store, enum signed_document_kind kind, const char *subject,
                         const char *title, int64_t *ret_id, struct fault *fault)
{
    static const char SQL[] = "SELECT coalesce(max(id), 0) FROM document WHERE kind = ?1 AND "
                              "subject = ?2 AND title = ?3";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int(statement, 1, (int)kind);
        sql_bind_text(statement, 2, subject);
        sql_bind_text(statement, 3, title);
        result = sql_step_number(store, statement, ret_id, fault);
    }
    sql_done(statement);
    return result;
}

void signed_document_release(struct signed_document *document)
{
    free(document->subject);
    free(document->title);
    free(document->body);
    free(document->signed_by);
    *document = (struct signed_document){.id = 0};
}
