PLUGIN_PKGS_warehouse_drop := libcjson
PLUGIN_SDK_warehouse_drop := whole_folder
