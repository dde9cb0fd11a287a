PLUGIN_PKGS_invoice_check := libxml-2.0 libcjson
