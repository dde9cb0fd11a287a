/* The files that zones are read from: TZif of RFC 8536. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/zone_inner.h"

enum {
    HEADER_BYTES = 44,
    CHANGES_MOST = 4000,
    KINDS_MOST = 256,
    CHARACTERS_MOST = 2048,
    FOOTER_MOST = 256,
    KIND_BYTES = 6
};

/* Times outside of it (-2^59: the Big Bang of some files) are moved to its border: before and after
 * it nobody asks, and it keeps sums in their type. 2^40 s are 34,000 years. */
#define TIME_MOST_S (INT64_C(1) << 40)

struct header {
    char version;
    uint32_t is_ut, is_standard, leaps, changes, kinds, characters;
};

struct bytes {
    const unsigned char *at;
    size_t left;
};

static const unsigned char *take(struct bytes *bytes, size_t length)
{
    const unsigned char *at = bytes->at;

    if (bytes->left < length)
        return NULL;
    bytes->at += length;
    bytes->left -= length;
    return at;
}

static uint32_t number32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t time64(const unsigned char *at)
{
    int64_t time_s = (int64_t)((uint64_t)number32(at) << 32 | number32(at + 4));

    if (time_s > TIME_MOST_S)
        return TIME_MOST_S;
    return time_s < -TIME_MOST_S ? -TIME_MOST_S : time_s;
}

static const char *take_header(struct bytes *bytes, struct header *header)
{
    const unsigned char *at = take(bytes, HEADER_BYTES);

    if (at == NULL || memcmp(at, "TZif", 4) != 0)
        return "it does not begin as a TZif file does";
    header->version = (char)at[4];
    header->is_ut = number32(at + 20);
    header->is_standard = number32(at + 24);
    header->leaps = number32(at + 28);
    header->changes = number32(at + 32);
    header->kinds = number32(at + 36);
    header->characters = number32(at + 40);
    if (header->version < '2')
        return "it is of version 1, with 32-bit times alone";
    if (header->changes > CHANGES_MOST || header->kinds > KINDS_MOST ||
        header->characters > CHARACTERS_MOST || header->is_ut > KINDS_MOST ||
        header->is_standard > KINDS_MOST)
        return "it lists more than 4000 changes or 256 kinds of local time";
    return header->leaps > 0 ? "it counts leap seconds" : NULL;
}

static const char *skip_rest(struct bytes *bytes, const struct header *header)
{
    return take(bytes, (size_t)header->characters + header->is_standard + header->is_ut) == NULL
               ? "it is cut off"
               : NULL;
}

/* The block of 32-bit times, which is there for old readers. */
static const char *skip_old_block(struct bytes *bytes, const struct header *header)
{
    size_t size = (size_t)header->changes * 5 + (size_t)header->kinds * KIND_BYTES;

    return take(bytes, size) == NULL ? "it is cut off" : skip_rest(bytes, header);
}

static const char *read_kinds(const unsigned char *at, size_t count,
                              int32_t offsets[static KINDS_MOST])
{
    size_t i;

    for (i = 0; i < count; i++) {
        int32_t offset_s = (int32_t)number32(at + i * KIND_BYTES);

        if (offset_s < -ZONE_OFFSET_MOST_S || offset_s > ZONE_OFFSET_MOST_S)
            return "an offset from UTC is over 26 hours";
        offsets[i] = offset_s;
    }
    return NULL;
}

/* -ENOMEM, or 0 and what is wrong in *ret_wrong. */
static int read_block(struct bytes *bytes, const struct header *header, struct zone *zone,
                      int64_t *ret_listed_s, const char **ret_wrong)
{
    const unsigned char *times = take(bytes, (size_t)header->changes * 8);
    const unsigned char *kinds_of = times == NULL ? NULL : take(bytes, header->changes);
    const unsigned char *kinds =
        kinds_of == NULL ? NULL : take(bytes, (size_t)header->kinds * KIND_BYTES);
    int32_t offsets[KINDS_MOST];
    size_t i;
    int result = 0;

    *ret_wrong = "it is cut off";
    if (kinds == NULL)
        return 0;
    *ret_wrong =
        header->kinds == 0 ? "it has no local time" : read_kinds(kinds, header->kinds, offsets);
    if (*ret_wrong != NULL)
        return 0;
    zone->first_offset_s = offsets[0];
    for (i = 0; i < header->changes && result == 0; i++) {
        if (kinds_of[i] >= header->kinds)
            *ret_wrong = "a change leads to a kind of local time that is not listed";
        else if (i > 0 && time64(times + i * 8) < time64(times + i * 8 - 8))
            *ret_wrong = "its changes are not in order";
        if (*ret_wrong != NULL)
            return 0;
        *ret_listed_s = time64(times + i * 8);
        result = zone_add(zone, *ret_listed_s, offsets[kinds_of[i]]);
    }
    if (result == 0)
        *ret_wrong = skip_rest(bytes, header);
    return result;
}

/* "\n<rule>\n"; an empty one says nothing of the time after the last change. */
static int read_footer(struct bytes *bytes, int64_t listed_s, struct zone *zone,
                       const char **ret_wrong)
{
    char text[FOOTER_MOST];
    struct zone_rule rule;
    const unsigned char *end =
        bytes->left == 0 ? NULL : memchr(bytes->at + 1, '\n', bytes->left - 1);
    size_t length;

    *ret_wrong = "its footer is not a line";
    if (end == NULL || bytes->at[0] != '\n' || end - bytes->at > FOOTER_MOST)
        return 0;
    length = (size_t)(end - bytes->at) - 1;
    memcpy(text, bytes->at + 1, length);
    text[length] = '\0';
    *ret_wrong = NULL;
    if (length == 0)
        return 0;
    if (strlen(text) != length || !zone_rule_parse(text, &rule)) {
        *ret_wrong = "the rule in its footer is none of RFC 8536";
        return 0;
    }
    if (rule.has_summer)
        return zone_extend(zone, &rule, listed_s);
    if (listed_s == INT64_MIN)
        zone->first_offset_s = rule.standard_s;
    return 0;
}

static struct zone *zone_new(const char *name)
{
    struct zone *zone = calloc(1, sizeof *zone);

    if (zone == NULL)
        return NULL;
    (void)snprintf(zone->name, sizeof zone->name, "%.*s", ZONE_NAME_MAX - 1, name);
    zone->cycle_end_s = INT64_MAX;
    return zone;
}

int zone_parse(const char *name, const void *bytes, size_t length, struct zone **ret_zone,
               struct fault *fault)
{
    struct bytes left = {bytes, length};
    struct header header;
    struct zone *zone = zone_new(name);
    const char *wrong = NULL;
    int64_t listed_s = INT64_MIN;
    int result = 0;

    if (zone == NULL)
        return fault_no_memory(fault);
    if (length > ZONE_FILE_MAX_BYTES)
        wrong = "it is over 64 KiB";
    if (wrong == NULL)
        wrong = take_header(&left, &header);
    if (wrong == NULL)
        wrong = skip_old_block(&left, &header);
    if (wrong == NULL)
        wrong = take_header(&left, &header);
    if (wrong == NULL)
        result = read_block(&left, &header, zone, &listed_s, &wrong);
    if (wrong == NULL && result == 0)
        result = read_footer(&left, listed_s, zone, &wrong);
    if (result < 0) {
        (void)fault_no_memory(fault);
    } else if (wrong != NULL) {
        result = fault_set(
            fault, -EINVAL,
            "the file of the time zone \"%.64s\" cannot be used: %s; install tzdata again", name,
            wrong);
    } else {
        *ret_zone = zone;
        zone = NULL;
    }
    zone_close(zone);
    return result;
}

static void note_file(struct zone *zone, const char *path, const struct stat *about)
{
    zone->has_file = snprintf(zone->path, sizeof zone->path, "%s", path) < (int)sizeof zone->path;
    zone->device = about->st_dev;
    zone->inode = about->st_ino;
    zone->size = about->st_size;
    zone->changed = about->st_mtim;
}

bool zone_is_outdated(const struct zone *zone)
{
    struct stat about;

    if (!zone->has_file || stat(zone->path, &about) < 0)
        return false;
    return about.st_dev != zone->device || about.st_ino != zone->inode ||
           about.st_size != zone->size || about.st_mtim.tv_sec != zone->changed.tv_sec ||
           about.st_mtim.tv_nsec != zone->changed.tv_nsec;
}

/* The number of bytes, at most `size`; negative errno. */
static ssize_t read_all(int fd, unsigned char *target, size_t size)
{
    size_t length = 0;
    ssize_t count = 1;

    while (length < size && count > 0) {
        count = read(fd, target + length, size - length);
        if (count < 0 && errno == EINTR)
            count = 1;
        else if (count > 0)
            length += (size_t)count;
    }
    return count < 0 ? -errno : (ssize_t)length;
}

/* What errno says of a file that is there. -EIO and -ENOMEM are not given on, for they end the writer (writer.h). */
static int refuse_file(const char *path, struct fault *fault)
{
    int error = errno;
    int result = -EINVAL;

    if (error == EMFILE || error == ENFILE || error == ENOMEM)
        result = error == EMFILE ? -EMFILE : -ENFILE;
    return fault_set(fault, result, "the time zone's file %.256s cannot be read: %s", path,
                     strerror(error));
}

/* -ENOENT, without a fault, when there is no such file. */
static int open_path(const char *name, const char *path, struct zone **ret_zone,
                     struct fault *fault)
{
    unsigned char *bytes = NULL;
    struct stat about;
    ssize_t length;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int result = -ENOENT;

    if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
        result = refuse_file(path, fault);
    if (fd < 0 || fstat(fd, &about) < 0 || !S_ISREG(about.st_mode))
        goto out;
    bytes = malloc(ZONE_FILE_MAX_BYTES + 1);
    if (bytes == NULL) {
        result = fault_no_memory(fault);
        goto out;
    }
    length = read_all(fd, bytes, ZONE_FILE_MAX_BYTES + 1);
    if (length < 0) {
        errno = (int)-length;
        result = refuse_file(path, fault);
        goto out;
    }
    result = zone_parse(name, bytes, (size_t)length, ret_zone, fault);
    if (result == 0)
        note_file(*ret_zone, path, &about);
out:
    free(bytes);
    if (fd >= 0)
        (void)close(fd);
    return result;
}

static bool name_is_safe(const char *name)
{
    static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                               "_+-/";
    size_t length = strlen(name);

    return length > 0 && length < ZONE_NAME_MAX && name[0] != '/' && strspn(name, safe) == length;
}

static const char SYSTEM_FOLDER[] = "/usr/share/zoneinfo";
static const char *_Atomic zone_folder = SYSTEM_FOLDER;

void zone_pretend_folder(const char *folder)
{
    atomic_store(&zone_folder, folder != NULL ? folder : SYSTEM_FOLDER);
}

int zone_open(const char *name, struct zone **ret_zone, struct fault *fault)
{
    const char *folder = atomic_load(&zone_folder);
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%.*s", folder, ZONE_NAME_MAX, name);
    int result = -ENOENT;

    if (name_is_safe(name) && length > 0 && length < (int)sizeof path)
        result = open_path(name, path, ret_zone, fault);
    if (result == -ENOENT)
        result = fault_set(fault, -EINVAL,
                           "the time zone \"%s\" is not in %.256s; use a name such as "
                           "Europe/Copenhagen and install the package tzdata",
                           name, folder);
    return result;
}

static int open_rule(const char *text, struct zone **ret_zone, struct fault *fault)
{
    struct zone *zone = zone_new("");
    struct zone_rule rule;
    int result = 0;

    if (zone == NULL)
        return fault_no_memory(fault);
    if (zone_rule_parse(text, &rule)) {
        zone->first_offset_s = rule.standard_s;
        if (rule.has_summer)
            result = zone_extend(zone, &rule, INT64_MIN);
    }
    if (result < 0) {
        zone_close(zone);
        return fault_no_memory(fault);
    }
    *ret_zone = zone;
    return 0;
}

int zone_open_local(struct zone **ret_zone, struct fault *fault)
{
    const char *text = getenv("TZ");
    int result;

    if (text == NULL)
        result = open_path("", "/etc/localtime", ret_zone, fault);
    else if (text[text[0] == ':'] == '/')
        result = open_path("", text + (text[0] == ':'), ret_zone, fault);
    else
        result = zone_open(text + (text[0] == ':'), ret_zone, fault);
    if (result == 0 || result == -ENOMEM || result == -EMFILE || result == -ENFILE)
        return result;
    return open_rule(text != NULL ? text : "", ret_zone, fault); /* what is no rule either is UTC */
}
