/*
 * whole_folder.h - a folder of files that is there whole or not at all, under a name that stays the same.
 *
 * The files are written to a fresh folder beside the place (".NAME.automagi-new"), each brought to the disk,
 * and put there by one rename, which exchanges it with an earlier folder of the same kind. Killed at any
 * instant, also by a power cut: the old folder or the new one is there, whole. What a killed one left is
 * removed by the next; one at a time, as a lock on the folders sees to.
 *
 * What is a folder of ours: its manifest.json begins with the mark given here, and names every other file in
 * it as "file":"NAME". Anything else is refused and never changed; an empty folder is filled.
 *
 * Needs a file system that can exchange two names (ext4, xfs, btrfs, tmpfs; not NFS or SMB) and lock a
 * folder. Also used by the program automagi itself.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_SDK_WHOLE_FOLDER_H
#define AUTOMAGI_SDK_WHOLE_FOLDER_H

#include <stddef.h>

#define WHOLE_FOLDER_MANIFEST "manifest.json"

enum {
    WHOLE_FOLDER_FILES_MAX = 64,
    WHOLE_FOLDER_NAME_MAX = 64, /* of a file: [a-z0-9_]+ and .csv, .json or .jsonl; with the NUL */
    WHOLE_FOLDER_PLACE_MAX = 200, /* of the folder: one part of a path; with the NUL */
    WHOLE_FOLDER_WHY_MAX = 512
};

struct whole_folder_file {
    const char *name;
    const char *bytes;
    size_t size;
};

struct whole_folder {
    const char *mark;                      /* how the manifest begins */
    const struct whole_folder_file *files; /* one of them the manifest */
    size_t count;
};

/*
 * Puts the folder at `name` below the open folder parent_fd. Files get mode 0644, the folder that of the one
 * whose place it takes, else 0755. 0, or negative errno with a line for a person in ret_why; then what was
 * there before is still there. -EEXIST: something else is there; -EBUSY: another one is being put there;
 * -EINVAL: names or a manifest that are not as above, or a file system that cannot do it.
 */
int whole_folder_put(int parent_fd, const char *name, const struct whole_folder *folder,
                     char ret_why[static WHOLE_FOLDER_WHY_MAX]);

#endif
