/** The command line from the outside: words in, files, lines and exit codes out. */
package bytegrad.cli;
