/** The command line. */
module bytegrad.cli {
    requires transitive bytegrad.ir;
    requires bytegrad.autodiff;
    requires transitive bytegrad.codegen;
    requires transitive bytegrad.runtime;
    requires info.picocli;
    requires me.tongfei.progressbar;
    requires xchart;
    requires java.desktop;
    requires static org.jspecify;

    exports bytegrad.cli.workload;

    // Picocli reads annotated fields.
    opens bytegrad.cli to
            info.picocli;
}
