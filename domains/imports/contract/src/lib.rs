//! What others may know of imports: the names of its things. Nobody calls this domain; it is handed the targets it
//! fills through `Module`.

kernel::typed_id!(UploadId, UploadKind, "upload");
kernel::typed_id!(ImportRunId, ImportRunKind, "import_run");
kernel::typed_id!(MappingId, MappingKind, "import_mapping");
kernel::typed_id!(ExportId, ExportKind, "export");
