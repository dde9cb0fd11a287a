PLUGIN_PKGS_list_delivery := libcjson libutf8proc
PLUGIN_SDK_list_delivery := table_csv table_xlsx danish
