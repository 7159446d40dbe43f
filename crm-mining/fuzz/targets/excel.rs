#![no_main]

// Panics of the library that unpacks workbooks are errors of ours; all others end the search.
libfuzzer_sys::fuzz_target!(
    init: {
        let abort = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !panic.location().is_some_and(|place| place.file().contains("/calamine-")) {
                abort(panic);
            }
        }));
    },
    |data: &[u8]| crm_mining_fuzz::excel::run(data)
);
