/* doctor: imports that were cut short. Nothing of them is lost, but what is counted is less than somebody believes. */
#include <inttypes.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/command/doctor.h"
#include "core/store/import.h"

enum { SHOWN_MAX = 20 };

struct cut {
    struct doctor *doctor;
    int64_t count;
};

static int tell(const struct import_record *import, void *context)
{
    struct cut *cut = context;
    char begun[CLOCK_INSTANT_TEXT];
    char file[DOCTOR_FIX_MAX];

    if (!import->is_cut_short || cut->count++ >= SHOWN_MAX)
        return 0;
    clock_format_instant(import->begun_ms, begun);
    doctor_quote(import->file, file);
    doctor_fix_here(cut->doctor, "task import %s", file);
    doctor_row(cut->doctor, DOCTOR_NOTE,
               "imports: import %" PRId64 ", of %s, which was begun at %s, was cut short: %" PRId64
               " of its %" PRId64 " rows are in, and what the others tell is not counted; import "
               "the same file again, and it goes on where it stopped; when the file is gone or is "
               "refused, `automagi import end %" PRId64 " --reason WHY` gives the import up",
               import->id, import->file, begun, import->applied, import->rows, import->id);
    return 0;
}

void doctor_imports(struct doctor *doctor)
{
    struct cut cut = {.doctor = doctor};
    struct fault fault = {.text = ""};

    if (doctor->store == NULL)
        return;
    doctor_failed(doctor, import_each(doctor->store, -1, tell, &cut, &fault), "imports", &fault);
    if (cut.count <= SHOWN_MAX)
        return;
    doctor_fix_here(doctor, "import list --limit 1000");
    doctor_row(doctor, DOCTOR_NOTE, "imports: %" PRId64 " more were cut short, earlier ones",
               cut.count - SHOWN_MAX);
}
