#include "tests/standins/sample_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLE_MAX = 1024 * 1024 };

static void *need(void *pointer)
{
    if (pointer == NULL)
        abort();
    return pointer;
}

char *sample_text_read(const char *path)
{
    FILE *file = need(fopen(path, "re"));
    char *text = need(calloc(1, SAMPLE_MAX));

    if (fread(text, 1, SAMPLE_MAX - 1, file) == 0)
        abort();
    (void)fclose(file);
    return text;
}

char *sample_text_replace(char *text, const char *from, const char *to)
{
    size_t size = strlen(text) + 1;
    size_t count = 0;
    char *target = NULL;
    char *write = NULL;
    const char *at;

    for (at = text; (at = strstr(at, from)) != NULL; at += strlen(from))
        count++;
    if (count == 0)
        abort();
    target = need(calloc(1, size + count * strlen(to)));
    write = target;
    for (at = text; *at != '\0';) {
        if (strncmp(at, from, strlen(from)) == 0) {
            memcpy(write, to, strlen(to));
            write += strlen(to);
            at += strlen(from);
        } else {
            *write++ = *at++;
        }
    }
    free(text);
    return target;
}

void sample_text_write(const char *folder, const char *name, const char *text)
{
    char path[512];
    FILE *file = NULL;

    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
        abort();
    file = need(fopen(path, "we"));
    if (fputs(text, file) < 0 || fclose(file) != 0)
        abort();
}
