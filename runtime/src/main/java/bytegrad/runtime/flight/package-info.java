/**
 * What Bytegrad tells Java Flight Recorder, in the category {@code Bytegrad}. Where nobody has begun to record, and where there is no module {@code jdk.jfr}, nothing is told and
 * nothing is allocated.
 *
 * <table>
 * <caption>Events</caption>
 * <tr><th>name</th><th>when</th><th>fields</th></tr>
 * <tr><td>{@code bytegrad.Step}</td><td>a run of a session</td><td>outputs, run, threads, failed; its duration</td></tr>
 * <tr><td>{@code bytegrad.CompilePhase}</td><td>a stage of a compilation, or a pass over its graph</td><td>phase; its duration</td></tr>
 * <tr><td>{@code bytegrad.Plan}</td><td>a graph's memory was planned and its code made</td><td>nodes, launches, arenaBytes, classBytes, simdBits</td></tr>
 * <tr><td>{@code bytegrad.SimdDecision}</td><td>a function was made ready</td><td>bits, reason</td></tr>
 * <tr><td>{@code bytegrad.HandOver}</td><td>a session went over from the code that starts fast to the code that is fast in the end</td><td>run, bytes</td></tr>
 * <tr><td>{@code bytegrad.NumberOrigin}</td><td>a run that looks at its numbers met one that is not finite</td><td>node, index, what</td></tr>
 * </table>
 */
@NullMarked
package bytegrad.runtime.flight;

import org.jspecify.annotations.NullMarked;
