package dev.latchkey.gateway.store;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/**
 * A record in the file: its bytes, and the millisecond from which it is no more.
 *
 * <p>Written as a form number (now 1), the end and the length as variable-length integers, and the bytes.
 */
record Stored(long end, byte[] value) {

    static final byte[] NOTHING = {};

    boolean isLiveAt(long now) {
        return end > now;
    }

    boolean holds(byte[] expected) {
        return Arrays.equals(value, expected);
    }

    /** How MVStore writes and reads it. */
    static final class Type extends BasicDataType<Stored> {

        static final Type INSTANCE = new Type();

        private static final byte FORM = 1;
        private static final int OVERHEAD = 48;

        private Type() {}

        @Override
        public int getMemory(Stored stored) {
            return OVERHEAD + stored.value().length;
        }

        @Override
        public void write(WriteBuffer to, Stored stored) {
            to.put(FORM)
                    .putVarLong(stored.end())
                    .putVarInt(stored.value().length)
                    .put(stored.value());
        }

        @Override
        public Stored read(ByteBuffer from) {
            byte form = from.get();
            if (form != FORM) {
                throw DataUtils.newMVStoreException(
                        DataUtils.ERROR_UNSUPPORTED_FORMAT,
                        "a record of form {0} was written by a newer release",
                        form);
            }
            long end = DataUtils.readVarLong(from);
            byte[] value = new byte[DataUtils.readVarInt(from)];
            from.get(value);
            return new Stored(end, value);
        }

        @Override
        public Stored[] createStorage(int size) {
            return new Stored[size];
        }
    }
}
