package dev.latchkey.gateway.testing;

import java.io.InputStream;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Bytes without end, made on demand: a block of a, a block of b, and so on through the alphabet. They are compared, not
 * hashed: in a test's process that takes a thousandth of the time, and tells where the first that is wrong was.
 */
public final class Alphabet {

    public static final int BLOCK = 16 * 1024;

    private static final byte[][] BLOCKS =
            IntStream.range(0, 26).mapToObj(Alphabet::filled).toArray(byte[][]::new);

    private Alphabet() {}

    private static byte[] filled(int letter) {
        byte[] block = new byte[BLOCK];
        Arrays.fill(block, (byte) ('a' + letter));
        return block;
    }

    /** The block of that number, to be read only. */
    static byte[] block(long number) {
        return BLOCKS[(int) (number % BLOCKS.length)];
    }

    /** The first bytes, so many of them. */
    public static InputStream first(long length) {
        return new Beginning(length);
    }

    /** Compares what comes, piece by piece. */
    public static final class Comparison {

        private long length;
        private long alike;

        /** The next piece. */
        public Comparison plus(byte[] bytes, int count) {
            int done = 0;
            while (done < count) {
                int within = (int) (length % BLOCK);
                int size = Math.min(count - done, BLOCK - within);
                if (alike == length) {
                    int wrong = Arrays.mismatch(bytes, done, done + size, block(length / BLOCK), within, within + size);
                    alike += wrong < 0 ? size : wrong;
                }
                length += size;
                done += size;
            }
            return this;
        }

        /** How many bytes have come. */
        public long length() {
            return length;
        }

        /** How many there were before the first that is not as it should be. */
        public long alike() {
            return alike;
        }
    }

    private static final class Beginning extends InputStream {

        private final long length;
        private long position;

        Beginning(long length) {
            this.length = length;
        }

        @Override
        public int read(byte[] target, int offset, int most) {
            if (position == length) {
                return -1;
            }
            int within = (int) (position % BLOCK);
            int size = (int) Math.min(length - position, Math.min(most, BLOCK - within));
            System.arraycopy(block(position / BLOCK), within, target, offset, size);
            position += size;
            return size;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0];
        }
    }
}
