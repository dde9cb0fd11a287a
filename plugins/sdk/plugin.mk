# The parts of the SDK that are source: a plugin links those it names in its plugin.mk,
#     PLUGIN_SDK_name := table_csv table_xlsx danish
# For each part: its files, and the pkg-config names of the libraries they need.
SDK_FILES_danish := danish
SDK_FILES_whole_folder := whole_folder
SDK_FILES_table := table table_number danish
SDK_PKGS_table := libutf8proc
SDK_FILES_table_csv := $(SDK_FILES_table) table_decode table_csv
SDK_PKGS_table_csv := $(SDK_PKGS_table)
SDK_FILES_table_xlsx := $(SDK_FILES_table) table_part table_strings table_formats table_sheet table_xlsx
SDK_PKGS_table_xlsx := $(SDK_PKGS_table) libxml-2.0 libzip
PLUGIN_PKGS_sdk := $(SDK_PKGS_table_xlsx)
