//! What goes wrong at the door: each fault has its own clear problem and changes nothing.
