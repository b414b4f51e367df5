/** Tests of the workloads. */
package bytegrad.cli.workload;
