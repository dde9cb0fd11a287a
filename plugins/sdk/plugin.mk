# The parts of the SDK that are source: a plugin links those it names in its plugin.mk,
#     PLUGIN_SDK_name := table_csv danish
# For each part: its files, and the pkg-config names of the libraries they need.
SDK_FILES_danish := danish
SDK_FILES_table_csv := table table_number table_decode table_csv danish
SDK_PKGS_table_csv := libutf8proc
PLUGIN_PKGS_sdk := $(SDK_PKGS_table_csv)
