"""The installer's door: set a gateway up, look it over, hand it over, and take it away again.

`gateway init` turns answers or flags into a `plan`, writes the settings (`config_file`) and walks
the `steps`: each looks first, does only what is missing, and notes what it makes in a `journal`, from
which `undo` takes back exactly that. `checks` is the doctor, `hand_over` the sheet for library and
supplier, `service_unit` the systemd unit, `bundle` the package for a server without internet.

What other rooms must do for it (make tables, accounts, import files) comes in as `fittings`.
"""
