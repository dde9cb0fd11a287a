/* harms_0000.c - a plugin that does harm where no configuration can tell it how: in its constructor, or in
 * its destructor, which only a run that leaves by exit() comes to. How stands in the file itself, where
 * whoever copies it writes it over `how`, as it does with the digits of its id:
 *   "constructor WORD NUMBER", "destructor WORD NUMBER"; WORD is one of misbehaves.h. */
#define MISBEHAVES_ID    "harms_0000"
#define MISBEHAVES_CLASS "manual"
#include "tests/standins/plugins/misbehaves.h"

enum { HOW_MAX = 64, CONSTRUCTED_TOO_MUCH = 99 };

static const volatile char how[HOW_MAX] =
    "HOW:...........................................................";

/* As the file has it now, and not as the compiler knew it. */
static void act_when(const char *when)
{
    static char note[AG_NOTE_MAX];
    char said[HOW_MAX];
    struct harm harm = {.note = note};
    char *word;
    size_t i;

    for (i = 0; i < HOW_MAX; i++)
        said[i] = how[i];
    said[HOW_MAX - 1] = '\0';
    if (strncmp(said, when, strlen(when)) != 0)
        return;
    word = said + strlen(when);
    harm.number = strtol(word + strcspn(word, " "), NULL, 10);
    word[strcspn(word, " ")] = '\0';
    for (i = 0; i < sizeof(harms) / sizeof(harms[0]); i++)
        if (strcmp(word, harms[i].word) == 0 && harms[i].act(&harm) != AG_OK)
            _exit(CONSTRUCTED_TOO_MUCH);
}

__attribute__((constructor)) static void construct(void)
{
    act_when("constructor ");
}

__attribute__((destructor)) static void destruct(void)
{
    act_when("destructor ");
}
