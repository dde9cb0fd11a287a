PLUGIN_PKGS_command := libcjson
