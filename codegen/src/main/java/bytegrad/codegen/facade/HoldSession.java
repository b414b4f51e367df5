package bytegrad.codegen.facade;

import bytegrad.runtime.typed.BoundSession;
import net.bytebuddy.asm.Advice;

/** What Byte Buddy copies around the body of every method that touches the session. */
final class HoldSession {
    private HoldSession() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.FieldValue(FacadeWriter.SESSION) BoundSession session) {
        session.hold();
    }

    @Advice.OnMethodExit(onThrowable = Throwable.class)
    static void exit(@Advice.FieldValue(FacadeWriter.SESSION) BoundSession session) {
        session.release();
    }
}
