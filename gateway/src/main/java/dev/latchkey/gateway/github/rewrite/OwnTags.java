package dev.latchkey.gateway.github.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;

/**
 * Entity tags of rewritten bodies: GitHub's own and a mark of the addresses that were put in. So a tag is the gateway's, can
 * be turned back into GitHub's, and is worth nothing for the same body with other addresses in it.
 */
public final class OwnTags {

    private static final Pattern TAG = Pattern.compile("(W/)?\"([^\"]*)\"");

    private final String suffix;

    public OwnTags(OwnBase base) {
        this.suffix = ".lk-" + base.mark();
    }

    /** Marks the tag of an answer whose body is rewritten. */
    public void toOwn(HttpHeaders headers) {
        String tag = headers.getFirst(HttpHeaders.ETAG);
        if (tag != null && tag.endsWith("\"")) {
            headers.set(HttpHeaders.ETAG, tag.substring(0, tag.length() - 1) + suffix + '"');
        }
    }

    /** Turns a condition's tags back; those of other addresses name nothing that is here. */
    public void toTheirs(HttpHeaders headers, String name) {
        List<String> lines = headers.get(name);
        if (lines == null || lines.stream().noneMatch(line -> line.contains(".lk-"))) {
            return;
        }
        List<String> tags = new ArrayList<>();
        Matcher tag = TAG.matcher(String.join(", ", lines));
        while (tag.find()) {
            String opaque = tag.group(2);
            String strength = tag.group(1) == null ? "" : tag.group(1);
            if (opaque.endsWith(suffix)) {
                tags.add(strength + '"' + opaque.substring(0, opaque.length() - suffix.length()) + '"');
            } else if (!opaque.contains(".lk-")) {
                tags.add(tag.group());
            }
        }
        if (tags.isEmpty() && name.equalsIgnoreCase(HttpHeaders.IF_MATCH)) {
            // Without it the write would be made whatever is there; as it is it fits nothing.
            return;
        }
        if (tags.isEmpty()) {
            headers.remove(name);
        } else {
            headers.set(name, String.join(", ", tags));
        }
    }
}
