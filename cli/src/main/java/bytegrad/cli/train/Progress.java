package bytegrad.cli.train;

import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a training has come. Sums are doubles, written with all their digits, so that an epoch resumed in its middle ends with
 * the figures it would have had.
 *
 * @param finished what each finished epoch came to
 * @param step steps done of the epoch that follows
 * @param loss the sum of their losses
 * @param correct how many of their images were classified rightly
 * @param seconds they took
 */
record Progress(List<EpochFigures> finished, int step, double loss, long correct, double seconds) {
    static final Progress NONE = new Progress(List.of(), 0, 0, 0, 0);

    Progress {
        finished = List.copyOf(finished);
    }

    /** The epoch to go on with, counted from 0. */
    int epoch() {
        return finished.size();
    }

    Progress stepped(double stepLoss, long stepCorrect, double stepSeconds) {
        return new Progress(finished, step + 1, loss + stepLoss, correct + stepCorrect, seconds + stepSeconds);
    }

    Progress finish(EpochFigures figures) {
        List<EpochFigures> all = new ArrayList<>(finished);
        all.add(figures);
        return new Progress(all, 0, 0, 0, 0);
    }

    Json.Obj json() {
        return new JsonFields()
                .put("epochs", new Json.Arr(finished.stream().map(f -> (Json) f.json()).toList()))
                .put("step", step)
                .put("loss_sum", loss)
                .put("correct", correct)
                .put("seconds", seconds)
                .build();
    }

    static Progress of(JsonReader json) {
        Progress p = new Progress(json.objects("epochs").stream().map(EpochFigures::of).toList(), json.integer("step"), json.number("loss_sum"),
                json.whole("correct"), json.number("seconds"));
        if (p.step < 0 || p.correct < 0) {
            throw new bytegrad.cli.data.InputError(json.place() + ": a negative count");
        }
        return p;
    }
}
